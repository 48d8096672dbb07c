-- How often a standing was written: whoever folded aside sees whether somebody else has stood them anew meanwhile.
alter table standing add column revision bigint not null default 0;
