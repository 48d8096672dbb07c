-- Who somebody is at the provider of single sign-on (OpenID Connect): the pair that never changes there.
create table provider_identity (
    issuer     text   not null,
    subject    text   not null,
    user_id    bigint not null references team_user (id) on delete cascade,
    created_at bigint not null,
    primary key (issuer, subject)
);
create index provider_identity_of_user on provider_identity (user_id);
