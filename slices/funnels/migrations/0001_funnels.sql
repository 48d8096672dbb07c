-- A lens holds a series of definitions, each in force from a moment on; every version stays.
create table lens (
    id         bigint primary key,
    name       text   not null,
    position   bigint not null,
    created_at bigint not null
);

create table definition (
    lens_id    bigint not null,
    version    bigint not null,
    name       text   not null,
    text       text   not null,
    from_at    bigint not null,
    adopted_at bigint not null,
    adopted_by bigint,
    is_starter bigint not null,
    primary key (lens_id, version)
) {without_rowid};

-- Who moved when, and why; in the order of a person's story. `via` says by which way they came in, on
-- the first move alone.
create table transition (
    person_id   bigint not null,
    lens_id     bigint not null,
    moved_at    bigint not null,
    seq         bigint not null,
    from_stage  bigint not null,
    to_stage    bigint not null,
    reason      text,
    version     bigint not null,
    evidence_at bigint not null,
    via         text   not null,
    receipt     text   not null,
    primary key (person_id, lens_id, moved_at, seq)
) {without_rowid};

-- The flow, counted: of those who came on a day, how many moves from where to where, and by which way
-- they came in. Kept by differences in the same transaction, and checked by `verify`.
create table flow (
    lens_id    bigint not null,
    cohort_day bigint not null,
    from_stage bigint not null,
    to_stage   bigint not null,
    via        text   not null,
    n          bigint not null,
    primary key (lens_id, cohort_day, from_stage, to_stage, via)
) {without_rowid};
