-- The report of handoffs counts hundreds of thousands: out of the index alone, without looking each of them up.
drop index handoff_handed;
create index handoff_handed on handoff
    (lens_id, handed_at, version, via, campaign, outcome, due_at, answered_at, reason);
drop index handoff_waiting;
create index handoff_waiting on handoff (lens_id, handed_at, person_id, due_at) where outcome = 0;
