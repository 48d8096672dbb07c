-- What is held under a word gets an order: numbers by themselves, all else by a key, by which texts are found as well. What
-- is held already is made anew the next time it is asked for.
alter table segment_fact add column as_key text {bytewise};
create index segment_fact_text on segment_fact (word_id, as_key, person_id, until_at) where as_key is not null;
create index segment_fact_number on segment_fact (word_id, as_number, person_id, until_at) where as_number is not null;
update segment_word set built_to = 0 where of_activity = 0 and exists (select 1 from segment_fact where word_id = segment_word.id);
