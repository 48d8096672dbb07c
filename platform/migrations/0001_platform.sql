-- Where the next block of ids begins.
create table id_block (
    space text not null primary key,
    next_id bigint not null
);
insert into id_block (space, next_id) values ('all', 1);

-- Small settings of the workspace, by name.
create table setting (
    name text not null primary key,
    value text not null
);

-- What is to be done, and what became of it. Open while done_at is null.
create table job (
    id bigint not null primary key,
    name text not null,
    unique_key text,
    payload text not null,
    run_at bigint not null,
    attempts bigint not null default 0,
    leased_by text,
    lease_until bigint,
    cancel_asked_at bigint,
    progress text,
    result text,
    last_error text,
    done_at bigint,
    outcome text
);
create index job_due on job (run_at, id) where done_at is null;
create unique index job_once on job (name, unique_key) where done_at is null;
create index job_done on job (done_at) where done_at is not null;
