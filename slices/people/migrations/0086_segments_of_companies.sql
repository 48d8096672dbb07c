-- Of what a segment is: 0 people, 1 companies. Names are unique within each.
alter table saved_segment add column subject bigint not null default 0;
drop index saved_segment_name;
create unique index saved_segment_name on saved_segment (subject, name_key);
