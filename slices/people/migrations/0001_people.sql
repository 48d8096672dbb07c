-- A person, as the facts have it: everything here but the id can be made again from the journal.
create table person (
    id         bigint primary key,
    created_at bigint not null,
    name       text   not null,
    name_key   text   not null,
    email      text,
    phone      text,
    title      text,
    country    text,
    company_id bigint,
    owner_id   bigint
);
create index person_company on person (company_id) where company_id is not null;

create table company (
    id         bigint primary key,
    created_at bigint not null,
    name       text   not null,
    domain     text,
    industry   text,
    country    text,
    employees  bigint
);

-- What names a subject outside: an e-mail address, a telephone, another system's id. `of_company`
-- is 1 for the key of a company.
create table subject_key (
    of_company bigint not null,
    kind       text {bytewise} not null,
    value      text {bytewise} not null,
    subject_id bigint not null,
    primary key (of_company, kind, value)
) {without_rowid};
create index subject_key_subject on subject_key (subject_id);

-- Where each person stands under each lens, as the folds had it. The indexes are the orders in which
-- the list is read; each begins with the stage, and a list of several stages merges their orders.
create table standing (
    lens_id        bigint not null,
    person_id      bigint not null,
    version        bigint not null,
    stage          bigint not null,
    kind           text,
    temperature    bigint not null,
    criteria       text   not null,
    fit_low        double precision not null,
    fit_high       double precision not null,
    engagement     double precision not null,
    engagement_key double precision not null,
    intent         double precision,
    likelihood     double precision,
    entered_at     bigint,
    touched_at     bigint not null,
    next_at        bigint,
    folded_at      bigint not null,
    name_key       text {bytewise} not null,
    primary key (lens_id, person_id)
) {without_rowid};
create index standing_name on standing (lens_id, stage, name_key, person_id);
create index standing_fit on standing (lens_id, stage, fit_low, person_id);
create index standing_engagement on standing (lens_id, stage, engagement_key, person_id);
create index standing_touched on standing (lens_id, stage, touched_at, person_id);
create index standing_next on standing (next_at) where next_at is not null;

-- How many stand at each stage; kept by differences in the same transaction, and checked by `verify`.
create table stage_tally (
    lens_id bigint not null,
    stage   bigint not null,
    n       bigint not null,
    primary key (lens_id, stage)
) {without_rowid};

create table import (
    id          bigint primary key,
    job_id      bigint,
    file_name   text   not null,
    file_key    text   not null,
    file_hash   text   not null,
    bytes       bigint not null,
    mapping     text   not null,
    started_at  bigint not null,
    started_by  bigint,
    finished_at bigint,
    failure     text,
    rows_done   bigint not null,
    rows_in     bigint not null,
    created     bigint not null,
    updated     bigint not null,
    unchanged   bigint not null,
    rejected    bigint not null
);

create table import_rejection (
    import_id bigint not null,
    row       bigint not null,
    line      bigint not null,
    reason    text   not null,
    raw       text   not null,
    primary key (import_id, row)
) {without_rowid};
