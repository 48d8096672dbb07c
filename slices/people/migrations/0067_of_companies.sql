-- A list is of people or of companies: of these alone whoever is in it.
alter table people_list add column of_company bigint not null default 0;
create table people_list_company (
    list_id    bigint not null,
    company_id bigint not null,
    added_at   bigint not null,
    added_by   bigint,
    primary key (list_id, company_id)
) {without_rowid};
create index people_list_company_company on people_list_company (company_id);

-- A view is of the list of people or of that of companies, and somebody's list of companies begins with one of its own.
alter table list_view add column of_company bigint not null default 0;
create table company_view_first (
    user_id bigint primary key,
    view_id bigint not null
);

-- What is done to many is done to companies as well.
create table bulk_change_company (
    change_id  bigint not null,
    company_id bigint not null,
    primary key (change_id, company_id)
) {without_rowid};
create table bulk_change_company_rejection (
    change_id  bigint not null,
    company_id bigint not null,
    reason     text   not null,
    primary key (change_id, company_id)
) {without_rowid};
