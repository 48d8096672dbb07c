-- Moves of people who were erased: what they count for in the flow, without whose they were.
create table erased_move (
    id         bigint primary key,
    lens_id    bigint not null,
    cohort_day bigint not null,
    moved_day  bigint not null,
    from_stage bigint not null,
    to_stage   bigint not null,
    via        text   not null,
    version    bigint not null
);
create index erased_move_lens on erased_move (lens_id, cohort_day);
