-- Who did what to which record, through which mouth. Rows are added and never changed or removed: no statement
-- does either. They stand in lanes, and each row holds a hash of the one before it in its lane.
create table audit (
    id           bigint primary key,
    occurred_at  bigint not null,
    user_id      bigint,
    mouth        text   not null,
    token_id     bigint,
    what         text   not null,
    subject_kind text,
    subject_id   bigint,
    detail       text   not null,
    lane         bigint not null,
    place        bigint not null,
    hash         {blob} not null
);
create unique index audit_chain on audit (lane, place);
create index audit_by_time on audit (occurred_at, id);
create index audit_of_user on audit (user_id, occurred_at, id);
create index audit_of_subject on audit (subject_kind, subject_id, occurred_at, id);
create index audit_of_what on audit (what, occurred_at, id);
create index audit_of_mouth on audit (mouth, occurred_at, id);
