-- By which companies are ordered; what stands here of those that there are is near to it, until a job makes it right.
alter table company add column name_key text {bytewise} not null default '';
update company set name_key = lower(name);
create index company_name on company (name_key, id);

-- Where each company stands under each lens: how many of its people stand at each stage of the way up, kept by
-- differences as they move, and what its own history comes to. `stage` is the furthest of both.
create table company_standing (
    lens_id       bigint not null,
    company_id    bigint not null,
    stage         bigint not null,
    people        bigint not null,
    leads         bigint not null,
    prospects     bigint not null,
    opportunities bigint not null,
    customers     bigint not null,
    touched_at    bigint not null,
    own_stage     bigint not null,
    own_next_at   bigint,
    intent        double precision,
    primary key (lens_id, company_id)
) {without_rowid};
create index company_standing_stage on company_standing (lens_id, stage, company_id);
create index company_standing_people on company_standing (lens_id, people, company_id);
create index company_standing_touched on company_standing (lens_id, touched_at, company_id);
create index company_standing_intent on company_standing (lens_id, intent, company_id) where intent is not null;
create index company_standing_next on company_standing (own_next_at) where own_next_at is not null;

-- The part of its people that a user looks after: of these whoever sees a part of the people is shown what they see.
create table company_part (
    lens_id       bigint not null,
    owner_id      bigint not null,
    company_id    bigint not null,
    people        bigint not null,
    leads         bigint not null,
    prospects     bigint not null,
    opportunities bigint not null,
    customers     bigint not null,
    touched_at    bigint not null,
    primary key (lens_id, owner_id, company_id)
) {without_rowid};

insert into company_part (lens_id, owner_id, company_id, people, leads, prospects, opportunities, customers, touched_at)
    select s.lens_id, p.owner_id, p.company_id, count(*),
        sum(case when s.stage = 1 then 1 else 0 end), sum(case when s.stage = 2 then 1 else 0 end),
        sum(case when s.stage = 3 then 1 else 0 end), sum(case when s.stage = 4 then 1 else 0 end), max(s.touched_at)
    from standing s join person p on p.id = s.person_id
    where p.company_id is not null and p.owner_id is not null
    group by s.lens_id, p.owner_id, p.company_id;

insert into company_standing (lens_id, company_id, stage, people, leads, prospects, opportunities, customers, touched_at, own_stage)
    select s.lens_id, p.company_id, max(case when s.stage <= 4 then s.stage else 0 end), count(*),
        sum(case when s.stage = 1 then 1 else 0 end), sum(case when s.stage = 2 then 1 else 0 end),
        sum(case when s.stage = 3 then 1 else 0 end), sum(case when s.stage = 4 then 1 else 0 end), max(s.touched_at), 0
    from standing s join person p on p.id = s.person_id where p.company_id is not null
    group by s.lens_id, p.company_id;
