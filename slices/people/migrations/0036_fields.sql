-- What a workspace wants to know of its people and companies besides: a fact with a label and a type.
create table custom_field (
    id        bigint primary key,
    field_key text {bytewise} not null,
    label     text   not null,
    kind      text   not null,
    choices   text   not null,
    currency  text   not null,
    formula   text   not null,
    made_by   bigint,
    made_at   bigint not null
);
create unique index custom_field_key on custom_field (field_key);
