-- The people of a company, in the order of their names: a page of them begins where the one before ended.
create index person_at on person (company_id, name_key, id) where company_id is not null;
drop index person_company;
