-- How many of those who are in the same territories stand at each stage, by whoever looks after them, 0 for nobody; kept
-- by differences like owner_tally. Those territories stand in rising order with commas around them: ",7,12,".
create table territory_tally (
    lens_id     bigint not null,
    territories text   not null,
    owner_id    bigint not null,
    stage       bigint not null,
    n           bigint not null,
    primary key (lens_id, territories, owner_id, stage)
) {without_rowid};

insert into territory_tally (lens_id, territories, owner_id, stage, n)
with recursive grown (person_id, last_id, territories) as (
    select person_id, min(territory_id), ',' || cast(min(territory_id) as text) || ','
    from territory_person group by person_id
    union all
    select g.person_id, t.territory_id, g.territories || cast(t.territory_id as text) || ','
    from grown g join territory_person t on t.person_id = g.person_id
    where t.territory_id = (select min(x.territory_id) from territory_person x
        where x.person_id = g.person_id and x.territory_id > g.last_id)
)
select s.lens_id, g.territories, coalesce(p.owner_id, 0), s.stage, count(*)
from grown g join person p on p.id = g.person_id join standing s on s.person_id = g.person_id
where not exists (select 1 from territory_person y
    where y.person_id = g.person_id and y.territory_id > g.last_id)
group by s.lens_id, g.territories, coalesce(p.owner_id, 0), s.stage;

-- When somebody could come into a territory, or out of one, by time alone: a fact expires, or begins to hold.
create table territory_wake (
    person_id bigint primary key,
    wakes_at  bigint not null
);
create index territory_wake_at on territory_wake (wakes_at, person_id);
