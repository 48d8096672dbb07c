-- What named people who were erased: a keyed hash of each address, number or outside id, from which nobody can tell
-- what it was, so that they do not come back without notice.
create table erased_key (
    digest    text   primary key,
    erased_at bigint not null
);

-- Whether an import brings back people who were erased, on purpose.
alter table import add column brings_back bigint not null default 0;
