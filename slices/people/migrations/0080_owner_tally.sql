-- How many of whom each user looks after stand at each stage; kept by differences like stage_tally, so that whoever sees
-- a part of the people is not counted through all of them.
create table owner_tally (
    lens_id  bigint not null,
    owner_id bigint not null,
    stage    bigint not null,
    n        bigint not null,
    primary key (lens_id, owner_id, stage)
) {without_rowid};

insert into owner_tally (lens_id, owner_id, stage, n)
    select s.lens_id, p.owner_id, s.stage, count(*) from standing s
    join person p on p.id = s.person_id where p.owner_id is not null
    group by s.lens_id, p.owner_id, s.stage;
