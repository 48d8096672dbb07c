-- A short text is found as it is, in any order, without its row being looked at.
alter table segment_fact add column as_exact text {bytewise};
update segment_fact set as_exact = as_text where as_text is not null and length(as_text) <= 64;
create index segment_fact_exact on segment_fact (word_id, as_exact, person_id, until_at) where as_exact is not null;
