-- Somebody says that a move was wrong. It is bound to the move's moment and stage, which a later fold of the same
-- evidence gives again; it changes no standing.
create table dispute (
    id          bigint primary key,
    person_id   bigint not null,
    lens_id     bigint not null,
    moved_at    bigint not null,
    to_stage    bigint not null,
    words       text   not null,
    raised_at   bigint not null,
    raised_by   bigint,
    resolved_at bigint,
    resolved_by bigint,
    resolution  text
);
create index dispute_person on dispute (person_id, lens_id);
create index dispute_open on dispute (raised_at) where resolved_at is null;
