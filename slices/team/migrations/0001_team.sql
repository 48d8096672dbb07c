-- The one row that stands for the workspace. Who sets it up first writes set_up_at; nobody can after.
create table workspace (
    id         bigint primary key check (id = 1),
    name       text   not null,
    zone       text   not null,
    set_up_at  bigint not null
);

-- "user" is a word of SQL itself, so the table says whose user it is.
create table team_user (
    id            bigint primary key,
    email         text   not null,
    email_key     text   not null unique,
    name          text   not null,
    role          text   not null,
    password_hash text,
    created_at    bigint not null
);

-- A signed-in browser. The token itself is only in its cookie.
create table session (
    token_hash   {blob} primary key,
    user_id      bigint not null references team_user (id) on delete cascade,
    created_at   bigint not null,
    last_used_at bigint not null,
    expires_at   bigint not null
);
create index session_of_user on session (user_id);
create index session_by_expiry on session (expires_at);

-- Tries to sign in, counted for each address, each network and each pair of both, under a hash.
create table sign_in_try (
    bucket   {blob} primary key,
    tries    bigint not null,
    since_at bigint not null
);
create index sign_in_try_by_age on sign_in_try (since_at);
