-- The log. A subject is a person or a company; they share one space of ids. The order of the key is
-- the order in which a fold reads, so that a replay is one scan.
create table activity (
    subject_id  bigint not null,
    occurred_at bigint not null,
    id          bigint not null,
    recorded_at bigint not null,
    kind        text   not null,
    channel     bigint,
    direction   bigint,
    agent       bigint not null,
    campaign    text,
    source      text,
    actor_id    bigint,
    properties  text,
    primary key (subject_id, occurred_at, id)
) {without_rowid};
