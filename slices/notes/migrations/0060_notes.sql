-- What users write about people and companies. `audience` says who reads it: whoever sees the record (everybody), the
-- author's team (team), the author alone (author). `entry_id` names the activity note.written, of a note that everybody
-- reads or has read. What is removed stays for a day, so that it can be taken back.
create table note (
    id         bigint primary key,
    subject_id bigint not null,
    author_id  bigint,
    audience   text   not null,
    words      text   not null,
    written_at bigint not null,
    edited_at  bigint,
    revision   bigint not null,
    entry_id   bigint,
    removed_at bigint,
    removed_by bigint
);
create index note_subject on note (subject_id, written_at, id);
create index note_removed on note (removed_at) where removed_at is not null;

-- Colleagues who are named in a note, as they are named there.
create table note_mention (
    note_id    bigint not null,
    user_id    bigint not null,
    subject_id bigint not null,
    said       text   not null,
    primary key (note_id, user_id)
) {without_rowid};
create index note_mention_subject on note_mention (subject_id);

-- Files that hang on a note. `file_key` is the name under which the file lies in the workspace's folder.
create table note_file (
    id         bigint primary key,
    note_id    bigint not null,
    subject_id bigint not null,
    file_key   text   not null,
    name       text   not null,
    media      text   not null,
    bytes      bigint not null,
    added_at   bigint not null
);
create index note_file_note on note_file (note_id);
create index note_file_subject on note_file (subject_id);

-- Who wants to hear of a person or a company.
create table follower (
    subject_id bigint not null,
    user_id    bigint not null,
    since_at   bigint not null,
    primary key (subject_id, user_id)
) {without_rowid};
create index follower_user on follower (user_id, subject_id);

-- What a user is told. `n` is how often it happened while it was not seen; a row without a subject is about `n` people
-- at once. `detail` is a word of the program: a stage, a kind of activity.
create table notification (
    id          bigint primary key,
    user_id     bigint not null,
    kind        text   not null,
    subject_id  bigint,
    note_id     bigint,
    actor_id    bigint,
    detail      text   not null,
    n           bigint not null,
    occurred_at bigint not null,
    seen_at     bigint
);
create index notification_user on notification (user_id, occurred_at, id);
create index notification_unseen on notification (user_id, kind) where seen_at is null;
create index notification_subject on notification (subject_id) where subject_id is not null;
