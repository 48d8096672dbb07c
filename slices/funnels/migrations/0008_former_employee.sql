-- Who reads of a company in their history though they work elsewhere by now, and until when: derived, so that what is
-- recorded of its past finds them.
create table former_employee (
    company_id bigint not null,
    person_id  bigint not null,
    until_at   bigint not null,
    primary key (company_id, person_id)
) {without_rowid};
create index former_employee_person on former_employee (person_id);
