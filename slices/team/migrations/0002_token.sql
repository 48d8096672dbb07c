-- What a program shows instead of signing in. The token itself is only with whoever was given it.
create table token (
    id           bigint primary key,
    token_hash   {blob} not null unique,
    user_id      bigint not null references team_user (id) on delete cascade,
    name         text   not null,
    scope        text   not null,
    created_at   bigint not null,
    expires_at   bigint,
    last_used_at bigint,
    revoked_at   bigint
);
create index token_of_user on token (user_id);
