-- What people, and companies by themselves, did that earns a company points under some definition in force, and
-- during which time it counts. `activities` is a number for the activities that do, in their order; `point` is a place
-- among them. Derived from each subject's own history.
create table company_deed (
    company_id   bigint not null,
    activities   bigint not null,
    occurred_at  bigint not null,
    subject_id   bigint not null,
    activity_id  bigint not null,
    point        bigint not null,
    counts_from  bigint not null,
    counts_until bigint,
    primary key (company_id, activities, occurred_at, subject_id, activity_id, point, counts_from)
) {without_rowid};
create index company_deed_subject on company_deed (subject_id);

-- What a company's deeds come to, at each moment at which the sum crosses a number that the definition names. `rule` is
-- a number for how it counts, and for those numbers.
create table company_score (
    company_id bigint not null,
    rule       bigint not null,
    crossed_at bigint not null,
    value      double precision not null,
    primary key (company_id, rule, crossed_at)
) {without_rowid};

-- When a company was last counted, how many deeds that took, and when it is to be counted again. `is_behind` is 1
-- while there are deeds that were not counted yet.
create table company_watch (
    company_id bigint primary key,
    counted_at bigint not null,
    deeds      bigint not null,
    next_at    bigint,
    is_behind  bigint not null
);
create index company_watch_next on company_watch (next_at) where next_at is not null;
