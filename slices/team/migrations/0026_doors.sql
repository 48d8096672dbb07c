-- Sessions are listed with the browser and the way by which somebody signed in; whoever was signed in signs in anew.
-- `proved_at` is when its user last showed who they are.
drop table session;
create table session (
    id           bigint primary key,
    token_hash   {blob} not null unique,
    user_id      bigint not null references team_user (id) on delete cascade,
    device       text   not null,
    means        text   not null,
    is_kept      bigint not null,
    created_at   bigint not null,
    last_used_at bigint not null,
    proved_at    bigint not null,
    expires_at   bigint not null
);
create index session_of_user on session (user_id);
create index session_by_expiry on session (expires_at);

-- A way into the team for one address. The token itself is only in the link.
create table invitation (
    id          bigint primary key,
    token_hash  {blob} not null unique,
    email       text   not null,
    email_key   text   not null,
    role        text   not null,
    invited_by  bigint,
    created_at  bigint not null,
    expires_at  bigint not null,
    accepted_at bigint,
    revoked_at  bigint
);
create unique index invitation_open on invitation (email_key) where accepted_at is null and revoked_at is null;
create index invitation_by_age on invitation (created_at, id);

-- A door that is half open: what was shown so far, and what is still asked for. The token is in a cookie, and serves once.
create table door_step (
    token_hash {blob} primary key,
    kind       text   not null,
    user_id    bigint references team_user (id) on delete cascade,
    state      text   not null,
    expires_at bigint not null
);
create index door_step_by_expiry on door_step (expires_at);
create index door_step_of_user on door_step (user_id) where user_id is not null;

-- The secret of an authenticator app (RFC 6238), and the newest step of which a code was taken.
create table totp (
    user_id      bigint primary key references team_user (id) on delete cascade,
    secret       {blob} not null,
    last_step    bigint not null,
    confirmed_at bigint not null
);

create table recovery_code (
    user_id   bigint not null references team_user (id) on delete cascade,
    code_hash {blob} not null,
    used_at   bigint,
    primary key (user_id, code_hash)
);

-- A service user signs in nowhere: only tokens speak for it.
alter table team_user add column is_service bigint not null default 0;
-- When somebody came in for the first time. Until then whoever invites them may give them a password.
alter table team_user add column entered_at bigint;
