-- Roles that somebody made: words of rights, how far they see, and rules for fields, with spaces between.
create table role (
    id       bigint primary key,
    name     text   not null,
    name_key text   not null unique,
    rights   text   not null,
    sees     text   not null,
    fields   text   not null
);

-- Whose role is one that somebody made has its number here. `sees` narrows what the role sees. Whoever is suspended
-- opens nothing, neither by a session nor by a token.
alter table team_user add column role_id bigint;
alter table team_user add column sees text not null default 'everybody';
alter table team_user add column suspended_at bigint;

-- A team; `parent_id` is the team above it.
create table team_group (
    id        bigint primary key,
    name      text   not null,
    name_key  text   not null unique,
    parent_id bigint
);
create index team_group_parent on team_group (parent_id) where parent_id is not null;

create table team_member (
    user_id    bigint not null,
    team_id    bigint not null,
    is_manager bigint not null,
    primary key (user_id, team_id)
) {without_rowid};
create index team_member_team on team_member (team_id);

-- A territory: a condition over facts, and whose it is. While it is made, `built_to` is the last person who was
-- looked at.
create table territory (
    id         bigint primary key,
    name       text   not null,
    name_key   text   not null unique,
    condition  text   not null,
    built_to   bigint
);

create table territory_holder (
    territory_id bigint not null,
    user_id      bigint,
    team_id      bigint
);
create index territory_holder_territory on territory_holder (territory_id);
create index territory_holder_user on territory_holder (user_id) where user_id is not null;
create index territory_holder_team on territory_holder (team_id) where team_id is not null;
