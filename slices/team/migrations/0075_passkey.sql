-- A passkey (W3C Web Authentication): its own name, its public key as the authenticator wrote it (RFC 9052), the host to
-- which it is bound, and the count of its signatures, which only grows.
create table passkey (
    id            bigint primary key,
    user_id       bigint not null references team_user (id) on delete cascade,
    credential_id {blob} not null unique,
    public_key    {blob} not null,
    rp_id         text   not null,
    name          text   not null,
    sign_count    bigint not null,
    is_synced     bigint not null,
    created_at    bigint not null,
    last_used_at  bigint
);
create index passkey_of_user on passkey (user_id);
