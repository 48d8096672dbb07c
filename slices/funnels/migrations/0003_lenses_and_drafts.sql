-- Through which lens a user looks; whoever chose none looks through the main one.
create table lens_choice (
    user_id bigint primary key,
    lens_id bigint not null
);

-- A definition that is being written. It becomes a version when it is adopted, and stays as it was then.
create table draft (
    id          bigint primary key,
    lens_id     bigint not null,
    text        text   not null,
    note        text   not null,
    state       bigint not null,
    revision    bigint not null,
    made_at     bigint not null,
    made_by     bigint,
    changed_at  bigint not null,
    changed_by  bigint,
    proposed_at bigint,
    proposed_by bigint,
    closed_at   bigint,
    version     bigint
);
create index draft_changed on draft (changed_at, id);

-- Who approved a draft, and for which team; a change of its text takes every approval back.
create table approval (
    draft_id    bigint not null,
    team        text   not null,
    user_id     bigint,
    approved_at bigint not null,
    primary key (draft_id, team)
);
