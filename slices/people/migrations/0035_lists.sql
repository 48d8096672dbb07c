-- What is asked of a list, in which order, columns and density it is shown: somebody's own, or everybody's.
create table list_view (
    id         bigint primary key,
    name       text   not null,
    owner_id   bigint,
    is_shared  bigint not null,
    made_at    bigint not null,
    stage      text   not null,
    condition  text   not null,
    sort       text   not null,
    dir        text   not null,
    missing    text   not null,
    cols       text   not null,
    density    text   not null
);
create index list_view_owner on list_view (owner_id);

-- The view with which somebody's list begins.
create table list_view_first (
    user_id bigint primary key,
    view_id bigint not null
);

-- A condition by its name; whoever meets it is in it, now and always.
create table saved_segment (
    id        bigint primary key,
    name      text   not null,
    name_key  text {bytewise} not null,
    condition text   not null,
    made_by   bigint,
    made_at   bigint not null
);
create unique index saved_segment_name on saved_segment (name_key);

-- People by a name: whoever was put in is in it until somebody takes them out.
create table people_list (
    id       bigint primary key,
    name     text   not null,
    name_key text {bytewise} not null,
    made_by  bigint,
    made_at  bigint not null,
    people   bigint not null
);
create unique index people_list_name on people_list (name_key);
create table people_list_person (
    list_id   bigint not null,
    person_id bigint not null,
    added_at  bigint not null,
    added_by  bigint,
    primary key (list_id, person_id)
) {without_rowid};
create index people_list_person_person on people_list_person (person_id);

-- A change of many people at once, and how it goes. `gathered_at` is when it was settled who they are, `done_to` the
-- last of whom it was done.
create table bulk_change (
    id          bigint primary key,
    job_id      bigint,
    deed        text   not null,
    chosen      text   not null,
    started_at  bigint not null,
    started_by  bigint,
    gathered_at bigint,
    finished_at bigint,
    done_to     bigint not null,
    people      bigint not null,
    changed     bigint not null,
    unchanged   bigint not null,
    rejected    bigint not null
);
create table bulk_change_person (
    change_id bigint not null,
    person_id bigint not null,
    primary key (change_id, person_id)
) {without_rowid};
create table bulk_change_rejection (
    change_id bigint not null,
    person_id bigint not null,
    reason    text   not null,
    primary key (change_id, person_id)
) {without_rowid};
