-- How many died is asked every few seconds, by whoever watches the program.
create index job_dead on job (done_at) where outcome = 'dead';
