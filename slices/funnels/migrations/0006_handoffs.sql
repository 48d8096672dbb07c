-- Who was handed over under which version, and what came of it: derived, like `transition`, and checked by `verify`.
-- `outcome` is 0 waiting, 1 accepted, 2 rejected, 3 moved on without an answer.
create table handoff (
    person_id   bigint not null,
    lens_id     bigint not null,
    handed_at   bigint not null,
    seq         bigint not null,
    stage       bigint not null,
    version     bigint not null,
    via         text   not null,
    campaign    text   not null,
    due_at      bigint not null,
    outcome     bigint not null,
    answered_at bigint,
    reason      text,
    left_at     bigint,
    primary key (person_id, lens_id, handed_at, seq)
) {without_rowid};
create index handoff_handed on handoff (lens_id, handed_at);
create index handoff_waiting on handoff (lens_id, handed_at, person_id) where outcome = 0;

-- Since when something derived is kept; whatever is not named here is still to be made from the log.
create table kept_since (
    what    text   primary key,
    kept_at bigint not null
);
