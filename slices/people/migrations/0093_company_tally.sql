-- How many companies stand at each stage of the way up under a lens, kept by differences; `tallied` is the stage under which a
-- company is counted there, 0 of one that is not.
create table company_tally (
    lens_id bigint not null,
    stage   bigint not null,
    n       bigint not null,
    primary key (lens_id, stage)
) {without_rowid};
alter table company_standing add column tallied bigint not null default 0;
update company_standing set tallied = stage where stage > 0;
insert into company_tally (lens_id, stage, n)
    select lens_id, stage, count(*) from company_standing where stage > 0 group by lens_id, stage;

-- Those few that stand somewhere by deals of their own.
create index company_standing_own on company_standing (lens_id, company_id, own_stage) where own_stage > 0;
