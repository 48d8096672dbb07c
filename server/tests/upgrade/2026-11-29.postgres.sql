CREATE TABLE public.activity (
    subject_id bigint NOT NULL,
    occurred_at bigint NOT NULL,
    id bigint NOT NULL,
    recorded_at bigint NOT NULL,
    kind text NOT NULL,
    channel bigint,
    direction bigint,
    agent bigint NOT NULL,
    campaign text,
    source text,
    actor_id bigint,
    properties text
);
CREATE TABLE public.approval (
    draft_id bigint NOT NULL,
    team text NOT NULL,
    user_id bigint,
    approved_at bigint NOT NULL
);
CREATE TABLE public.backtest (
    id bigint NOT NULL,
    lens_id bigint NOT NULL,
    job_id bigint,
    name text NOT NULL,
    text text NOT NULL,
    until_at bigint NOT NULL,
    within_us bigint,
    started_at bigint NOT NULL,
    started_by bigint,
    finished_at bigint,
    result text,
    refusal text
);
CREATE TABLE public.company (
    id bigint NOT NULL,
    created_at bigint NOT NULL,
    name text NOT NULL,
    domain text,
    industry text,
    country text,
    employees bigint
);
CREATE TABLE public.company_deed (
    company_id bigint NOT NULL,
    activities bigint NOT NULL,
    occurred_at bigint NOT NULL,
    subject_id bigint NOT NULL,
    activity_id bigint NOT NULL,
    point bigint NOT NULL,
    counts_from bigint NOT NULL,
    counts_until bigint
);
CREATE TABLE public.company_score (
    company_id bigint NOT NULL,
    rule bigint NOT NULL,
    crossed_at bigint NOT NULL,
    value double precision NOT NULL
);
CREATE TABLE public.company_watch (
    company_id bigint NOT NULL,
    counted_at bigint NOT NULL,
    deeds bigint NOT NULL,
    next_at bigint,
    is_behind bigint NOT NULL
);
CREATE TABLE public.definition (
    lens_id bigint NOT NULL,
    version bigint NOT NULL,
    name text NOT NULL,
    text text NOT NULL,
    from_at bigint NOT NULL,
    adopted_at bigint NOT NULL,
    adopted_by bigint,
    is_starter bigint NOT NULL
);
CREATE TABLE public.dispute (
    id bigint NOT NULL,
    person_id bigint NOT NULL,
    lens_id bigint NOT NULL,
    moved_at bigint NOT NULL,
    to_stage bigint NOT NULL,
    words text NOT NULL,
    raised_at bigint NOT NULL,
    raised_by bigint,
    resolved_at bigint,
    resolved_by bigint,
    resolution text
);
CREATE TABLE public.draft (
    id bigint NOT NULL,
    lens_id bigint NOT NULL,
    text text NOT NULL,
    note text NOT NULL,
    state bigint NOT NULL,
    revision bigint NOT NULL,
    made_at bigint NOT NULL,
    made_by bigint,
    changed_at bigint NOT NULL,
    changed_by bigint,
    proposed_at bigint,
    proposed_by bigint,
    closed_at bigint,
    version bigint
);
CREATE TABLE public.flow (
    lens_id bigint NOT NULL,
    cohort_day bigint NOT NULL,
    from_stage bigint NOT NULL,
    to_stage bigint NOT NULL,
    via text NOT NULL,
    n bigint NOT NULL
);
CREATE TABLE public.former_employee (
    company_id bigint NOT NULL,
    person_id bigint NOT NULL,
    until_at bigint NOT NULL
);
CREATE TABLE public.handoff (
    person_id bigint NOT NULL,
    lens_id bigint NOT NULL,
    handed_at bigint NOT NULL,
    seq bigint NOT NULL,
    stage bigint NOT NULL,
    version bigint NOT NULL,
    via text NOT NULL,
    campaign text NOT NULL,
    due_at bigint NOT NULL,
    outcome bigint NOT NULL,
    answered_at bigint,
    reason text,
    left_at bigint
);
CREATE TABLE public.id_block (
    space text NOT NULL,
    next_id bigint NOT NULL
);
CREATE TABLE public.import (
    id bigint NOT NULL,
    job_id bigint,
    file_name text NOT NULL,
    file_key text NOT NULL,
    file_hash text NOT NULL,
    bytes bigint NOT NULL,
    mapping text NOT NULL,
    started_at bigint NOT NULL,
    started_by bigint,
    finished_at bigint,
    failure text,
    rows_done bigint NOT NULL,
    rows_in bigint NOT NULL,
    created bigint NOT NULL,
    updated bigint NOT NULL,
    unchanged bigint NOT NULL,
    rejected bigint NOT NULL,
    noted bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.import_note (
    import_id bigint NOT NULL,
    "row" bigint NOT NULL,
    line bigint NOT NULL,
    reason text NOT NULL,
    raw text NOT NULL
);
CREATE TABLE public.import_rejection (
    import_id bigint NOT NULL,
    "row" bigint NOT NULL,
    line bigint NOT NULL,
    reason text NOT NULL,
    raw text NOT NULL
);
CREATE TABLE public.job (
    id bigint NOT NULL,
    name text NOT NULL,
    unique_key text,
    payload text NOT NULL,
    run_at bigint NOT NULL,
    attempts bigint DEFAULT 0 NOT NULL,
    leased_by text,
    lease_until bigint,
    cancel_asked_at bigint,
    progress text,
    result text,
    last_error text,
    done_at bigint,
    outcome text
);
CREATE TABLE public.kept_since (
    what text NOT NULL,
    kept_at bigint NOT NULL
);
CREATE TABLE public.lens (
    id bigint NOT NULL,
    name text NOT NULL,
    "position" bigint NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.lens_choice (
    user_id bigint NOT NULL,
    lens_id bigint NOT NULL
);
CREATE TABLE public.migration (
    slice text NOT NULL,
    name text NOT NULL,
    hash text NOT NULL,
    applied_at bigint NOT NULL
);
CREATE TABLE public.person (
    id bigint NOT NULL,
    created_at bigint NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    email text,
    phone text,
    title text,
    country text,
    company_id bigint,
    owner_id bigint
);
CREATE TABLE public.segment_activity (
    word_id bigint NOT NULL,
    person_id bigint NOT NULL,
    from_at bigint NOT NULL,
    until_at bigint,
    last_at bigint,
    times bigint NOT NULL,
    any_at bigint NOT NULL
);
CREATE TABLE public.segment_fact (
    word_id bigint NOT NULL,
    person_id bigint NOT NULL,
    from_at bigint NOT NULL,
    until_at bigint,
    as_text text,
    as_number double precision,
    as_truth bigint,
    as_moment bigint,
    as_items text
);
CREATE TABLE public.segment_word (
    id bigint NOT NULL,
    of_activity bigint NOT NULL,
    word text NOT NULL COLLATE pg_catalog."C",
    of_companies bigint NOT NULL,
    built_to bigint
);
CREATE TABLE public.session (
    token_hash bytea NOT NULL,
    user_id bigint NOT NULL,
    created_at bigint NOT NULL,
    last_used_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.setting (
    name text NOT NULL,
    value text NOT NULL
);
CREATE TABLE public.sign_in_try (
    bucket bytea NOT NULL,
    tries bigint NOT NULL,
    since_at bigint NOT NULL
);
CREATE TABLE public.stage_tally (
    lens_id bigint NOT NULL,
    stage bigint NOT NULL,
    n bigint NOT NULL
);
CREATE TABLE public.standing (
    lens_id bigint NOT NULL,
    person_id bigint NOT NULL,
    version bigint NOT NULL,
    stage bigint NOT NULL,
    kind text,
    temperature bigint NOT NULL,
    criteria text NOT NULL,
    fit_low double precision NOT NULL,
    fit_high double precision NOT NULL,
    engagement double precision NOT NULL,
    engagement_key double precision NOT NULL,
    intent double precision,
    likelihood double precision,
    entered_at bigint,
    touched_at bigint NOT NULL,
    next_at bigint,
    folded_at bigint NOT NULL,
    name_key text NOT NULL COLLATE pg_catalog."C",
    revision bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.subject_key (
    of_company bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL COLLATE pg_catalog."C",
    subject_id bigint NOT NULL
);
CREATE TABLE public.team_user (
    id bigint NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    password_hash text,
    created_at bigint NOT NULL
);
CREATE TABLE public.token (
    id bigint NOT NULL,
    token_hash bytea NOT NULL,
    user_id bigint NOT NULL,
    name text NOT NULL,
    scope text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint,
    last_used_at bigint,
    revoked_at bigint
);
CREATE TABLE public.transition (
    person_id bigint NOT NULL,
    lens_id bigint NOT NULL,
    moved_at bigint NOT NULL,
    seq bigint NOT NULL,
    from_stage bigint NOT NULL,
    to_stage bigint NOT NULL,
    reason text,
    version bigint NOT NULL,
    evidence_at bigint NOT NULL,
    via text NOT NULL,
    receipt text NOT NULL
);
CREATE TABLE public.workspace (
    id bigint NOT NULL,
    name text NOT NULL,
    zone text NOT NULL,
    set_up_at bigint NOT NULL,
    CONSTRAINT workspace_id_check CHECK ((id = 1))
);
INSERT INTO public.activity VALUES
	(25, 1780905626000000, 8193, 1780905626000000, 'fact.observed', NULL, 3, 1, NULL, 'import', NULL, '{"facts":{"company.name":"Birkensiel Fleischwaren GmbH","company.domain":"birkensiel.example","company.country":"DE"}}'),
	(25, 1780908749000000, 8194, 1780908749000000, 'fact.observed', NULL, 3, 1, NULL, 'enrichment', NULL, '{"facts":{"company.industry":"food","company.employees":1950,"company.technologies":["route-planning","telematics","stock-system","spreadsheets","crm"]},"confidence":{"company.technologies":80}}'),
	(25, 1780977600000000, 8195, 1780977600000000, 'fact.observed', NULL, 3, 1, NULL, 'intent', NULL, '{"facts":{"score.intent":14}}'),
	(25, 1781707565000000, 8196, 1781707565000000, 'fact.observed', NULL, 3, 1, NULL, 'call', NULL, '{"facts":{"company.budget":270000},"expires":{"company.budget":1813243565000000}}'),
	(25, 1782014400000000, 8197, 1782014400000000, 'fact.observed', NULL, 3, 1, NULL, 'intent', NULL, '{"facts":{"score.intent":33}}'),
	(25, 1783656000000000, 8198, 1783656000000000, 'fact.observed', NULL, 3, 1, NULL, 'intent', NULL, '{"facts":{"score.intent":66}}'),
	(25, 1787544000000000, 8199, 1787544000000000, 'fact.observed', NULL, 3, 1, NULL, 'intent', NULL, '{"facts":{"score.intent":26}}'),
	(27, 1738225569000000, 24577, 1738225569000000, 'fact.observed', NULL, 3, 1, NULL, 'form', NULL, '{"facts":{"company.name":"Fernfield Freight Ltd","company.domain":"fernfield-freight.example","company.country":"GB"}}'),
	(27, 1738229595000000, 24578, 1738229595000000, 'fact.observed', NULL, 3, 1, NULL, 'enrichment', NULL, '{"facts":{"company.industry":"logistics","company.employees":59}}'),
	(27, 1764667448000000, 24579, 1764667448000000, 'fact.observed', NULL, 3, 1, NULL, 'enrichment', NULL, '{"facts":{"company.employees":69}}'),
	(29, 1775141880000000, 40961, 1775141880000000, 'fact.observed', NULL, 3, 1, NULL, 'finder', NULL, '{"facts":{"company.name":"Malinowo Hurt Spożywczy","company.domain":"malinowo-hurtspozywczy.example","company.country":"PL"}}'),
	(29, 1775148958000000, 40962, 1775148958000000, 'fact.observed', NULL, 3, 1, NULL, 'enrichment', NULL, '{"facts":{"company.industry":"food","company.employees":3,"company.technologies":["spreadsheets"]},"confidence":{"company.technologies":80}}'),
	(29, 1775188800000000, 40963, 1775188800000000, 'fact.observed', NULL, 3, 1, NULL, 'intent', NULL, '{"facts":{"score.intent":11}}'),
	(29, 1789790400000000, 40964, 1789790400000000, 'fact.observed', NULL, 3, 1, NULL, 'intent', NULL, '{"facts":{"score.intent":44}}'),
	(29, 1791259200000000, 40965, 1791259200000000, 'fact.observed', NULL, 3, 1, NULL, 'intent', NULL, '{"facts":{"score.intent":63}}'),
	(29, 1794628800000000, 40966, 1794628800000000, 'fact.observed', NULL, 3, 1, NULL, 'intent', NULL, '{"facts":{"score.intent":17}}'),
	(31, 1745211620000000, 57345, 1745211620000000, 'fact.observed', NULL, 3, 1, NULL, 'feed', NULL, '{"facts":{"company.name":"Otterau Agrar","company.domain":"otterau-agrar.example","company.country":"DE"}}'),
	(31, 1745216360000000, 57346, 1745216360000000, 'fact.observed', NULL, 3, 1, NULL, 'enrichment', NULL, '{"facts":{"company.industry":"agriculture"}}'),
	(31, 1755522580000000, 57347, 1755522580000000, 'fact.observed', NULL, 3, 1, NULL, 'call', NULL, '{"facts":{"company.budget":2900},"expires":{"company.budget":1787058580000000}}'),
	(33, 1782828627000000, 73729, 1782828627000000, 'fact.observed', NULL, 3, 1, NULL, 'form', NULL, '{"facts":{"company.name":"Conserveira Ribeirafria","company.domain":"ribeirafria.example","company.country":"PT"}}'),
	(33, 1782835620000000, 73730, 1782835620000000, 'fact.observed', NULL, 3, 1, NULL, 'enrichment', NULL, '{"facts":{"company.industry":"food","company.employees":17,"company.technologies":["telematics","telephony"]},"confidence":{"company.technologies":80}}'),
	(33, 1782914067000000, 73731, 1782914067000000, 'fact.observed', NULL, 3, 1, NULL, 'enrichment', NULL, '{"facts":{"company.budget":2100},"expires":{"company.budget":1814450067000000},"confidence":{"company.budget":60}}'),
	(35, 1743675324000000, 90113, 1743675324000000, 'fact.observed', NULL, 3, 1, NULL, 'form', NULL, '{"facts":{"company.name":"Salumificio Piepetra","company.domain":"piepetra.example"}}'),
	(35, 1743677066000000, 90114, 1743677066000000, 'fact.observed', NULL, 3, 1, NULL, 'enrichment', NULL, '{"facts":{"company.industry":"food"}}'),
	(35, 1762523007000000, 90115, 1762523007000000, 'fact.observed', NULL, 3, 1, NULL, 'enrichment', NULL, '{"facts":{"company.employees":390}}'),
	(36, 1795510863000000, 5740689010724341561, 1795510863000000, 'fact.observed', NULL, 3, 1, NULL, 'demo', NULL, '{"facts":{"person.works_at":"cmp_a3fzyqqw0nvg0","person.owner":"usr_9dqma1wfmnm1c"}}'),
	(36, 1795510863000000, 1, 1795510863000000, 'fact.observed', NULL, 3, 1, NULL, 'finder', NULL, '{"facts":{"person.name":"Rosalie Schönbeck","person.email":"r.schoenbeck@birkensiel.example","person.phone":"+495550000000","person.title":"Controller","person.country":"DE"}}'),
	(36, 1795513565000000, 2, 1795513565000000, 'fact.observed', NULL, 3, 1, NULL, 'enrichment', NULL, '{"facts":{"person.seniority":"specialist","person.title":"Controller"},"confidence":{"person.seniority":60,"person.title":60}}'),
	(36, 1795711188000000, 3, 1795711188000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"650 vehicles, fewer kilometres","text":"Guten Tag Rosalie, firms with a dozen depots like yours often tell us of temperatures noted down by hand. May I show you in a quarter of an hour what others do about it? Best wishes, Matthias"}'),
	(36, 1795711208000000, 4, 1795711208000000, 'email.replied', 2, 1, 2, NULL, 'demo', NULL, '{"subject":"Out of office","text":"I am travelling and read mail rarely until Wednesday. In urgent cases call the dispatch desk."}'),
	(38, 1780581600000000, 5740689010724341561, 1780905626000000, 'fact.observed', NULL, 3, 1, NULL, 'demo', NULL, '{"facts":{"person.works_at":"cmp_a3fzyqqw0nvg0","person.owner":"usr_9dqma1wfmnm1c"}}'),
	(38, 1780581600000000, 16385, 1780905626000000, 'note.written', 5, 3, 1, 'fair-transporama-2026', 'demo', NULL, '{"text":"Talked at our stand."}'),
	(38, 1780905626000000, 16386, 1780905626000000, 'fact.observed', NULL, 3, 1, NULL, 'import', NULL, '{"facts":{"person.name":"Detlef Uhlenbrock","person.email":"d.uhlenbrock@birkensiel.example","person.phone":"+495553141593"}}'),
	(38, 1780907426000000, 16387, 1780907426000000, 'email.sent', 2, 2, 1, 'fair-transporama-2026', 'demo', NULL, '{"bulk":true}'),
	(38, 1780908301000000, 16388, 1780908301000000, 'fact.observed', NULL, 3, 1, NULL, 'enrichment', NULL, '{"facts":{"person.seniority":"manager"},"confidence":{"person.seniority":90}}'),
	(38, 1781014781000000, 16389, 1781014781000000, 'call.made', 3, 2, 1, NULL, 'demo', NULL, '{"text":"No answer. Try again on Tuesday."}'),
	(38, 1781195812000000, 16390, 1781195812000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"Re: Tours at Birkensiel Fleischwaren","text":"Guten Tag Detlef, a colleague of yours downloaded our paper, which made me think of you. If this is not for you, tell me and I will leave you in peace."}'),
	(38, 1781790102000000, 16391, 1781790102000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/blog/peak-season"}'),
	(38, 1781790131000000, 16392, 1781790131000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/customers"}'),
	(38, 1781790382000000, 16393, 1781790382000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/product/drivers-app"}'),
	(38, 1782479791000000, 16394, 1782479791000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/customers/cold-chain"}'),
	(38, 1782479987000000, 16395, 1782479987000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/customers"}'),
	(38, 1782480158000000, 16396, 1782480158000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/pricing/calculator"}'),
	(38, 1782480331000000, 16397, 1782480331000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/product"}'),
	(38, 1782480357000000, 16398, 1782480357000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/blog/driver-hours"}'),
	(38, 1782480420000000, 16399, 1782480420000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/"}'),
	(38, 1782480503000000, 16400, 1782480503000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/product/replanning"}'),
	(38, 1782480571000000, 16401, 1782480571000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/pricing"}'),
	(40, 1786025429000000, 5740689010724341561, 1786025429000000, 'fact.observed', NULL, 3, 1, NULL, 'demo', NULL, '{"facts":{"person.works_at":"cmp_a3fzyqqw0nvg0"}}'),
	(40, 1786025429000000, 32769, 1786025429000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/security"}'),
	(40, 1786025650000000, 32770, 1786025650000000, 'fact.observed', NULL, 3, 1, NULL, 'form', NULL, '{"facts":{"person.name":"Sönke Weißgerber","person.email":"s.weissgerber@birkensiel.example","person.country":"DE"}}'),
	(40, 1786025650000000, 32771, 1786025650000000, 'newsletter.subscribed', 1, 1, 1, NULL, 'demo', NULL, NULL),
	(40, 1786028094000000, 32772, 1786028094000000, 'fact.observed', NULL, 3, 1, NULL, 'enrichment', NULL, '{"facts":{"person.seniority":"c-level","person.title":"CIO"},"confidence":{"person.seniority":60,"person.title":60}}'),
	(40, 1788242402000000, 32773, 1788242402000000, 'email.sent', 2, 2, 1, 'letter-2026-09', 'demo', NULL, '{"bulk":true,"subject":"Cold, on time and proven"}'),
	(40, 1790346528000000, 32774, 1790346528000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/product/drivers-app"}'),
	(40, 1791266402000000, 32775, 1791266402000000, 'email.sent', 2, 2, 1, 'letter-2026-10', 'demo', NULL, '{"bulk":true,"subject":"The ramp is not a car park"}'),
	(40, 1793685602000000, 32776, 1793685602000000, 'email.sent', 2, 2, 1, 'letter-2026-11', 'demo', NULL, '{"bulk":true,"subject":"How Monday became quiet"}'),
	(42, 1792396802000000, 5740689010724341561, 1792396802000000, 'fact.observed', NULL, 3, 1, NULL, 'demo', NULL, '{"facts":{"person.works_at":"cmp_a3fzyqqw0nvg0","person.owner":"usr_9dqma1wfmnm1c"}}'),
	(42, 1792396802000000, 49153, 1792396802000000, 'fact.observed', NULL, 3, 1, NULL, 'import', NULL, '{"facts":{"person.name":"Falk Zellmann","person.email":"f.zellmann@birkensiel.example","person.phone":"+495559424779","person.title":"Transport Manager"}}'),
	(42, 1792398602000000, 49154, 1792398602000000, 'email.sent', 2, 2, 1, 'fair-baltic-freight-2026', 'demo', NULL, '{"bulk":true}'),
	(42, 1793002065000000, 49155, 1793002065000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"650 vehicles, fewer kilometres","text":"Guten Tag Falk, I read that Birkensiel Fleischwaren is growing, and with it usually tours planned in a spreadsheet. May I show you in a quarter of an hour what others do about it?"}'),
	(42, 1793086098000000, 49156, 1793086098000000, 'email.opened', 2, 1, 1, NULL, 'demo', NULL, NULL),
	(42, 1793628427000000, 49157, 1793628427000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"Re: Tours at Birkensiel Fleischwaren","text":"Dear Falk, I know Wednesdays are busy, so only this: If this is not for you, tell me and I will leave you in peace."}'),
	(42, 1793634882000000, 49158, 1794196482000000, 'email.replied', 2, 1, 1, NULL, 'demo', NULL, '{"says":"not now","subject":"Re: Tours at Birkensiel Fleischwaren","text":"Dear Matthias, the finance director has stopped all new projects for now. Write again in September. Falk"}'),
	(42, 1793652229000000, 49159, 1793652229000000, 'email.opened', 2, 1, 1, NULL, 'demo', NULL, NULL),
	(44, 1782308970000000, 5740689010724341561, 1782308970000000, 'fact.observed', NULL, 3, 1, NULL, 'demo', NULL, '{"facts":{"person.works_at":"cmp_a3fzyqqw0nvg0","person.owner":"usr_9dqma1wfmnm1c"}}'),
	(44, 1782308970000000, 65537, 1782308970000000, 'fact.observed', NULL, 3, 1, NULL, 'form', NULL, '{"facts":{"person.name":"Małgorzata Bieńkowska","person.email":"m.bienkowska@birkensiel.example","person.country":"DE"}}'),
	(44, 1782308970000000, 65538, 1782308970000000, 'webinar.registered', 6, 1, 1, 'webinar-depots-and-ramps-2026', 'demo', NULL, '{"about":"depots-and-ramps"}'),
	(44, 1782312645000000, 65539, 1782312645000000, 'fact.observed', NULL, 3, 1, NULL, 'enrichment', NULL, '{"facts":{"person.seniority":"specialist"},"confidence":{"person.seniority":90}}'),
	(44, 1782469503000000, 65540, 1782469503000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"Tours at Birkensiel Fleischwaren","text":"Guten Tag Małgorzata, I read that Birkensiel Fleischwaren is growing, and with it usually customers calling to ask where their goods are. Fernwheel plans a day''s tours in 4 minutes. Would that be worth a short call?"}'),
	(44, 1782714497000000, 65541, 1783286897000000, 'call.made', 3, 2, 1, NULL, 'demo', NULL, '{"text":"Line busy. Try again on Thursday."}'),
	(44, 1782719141000000, 65542, 1782719141000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/"}'),
	(44, 1782913004000000, 65543, 1782913004000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"Once more on planning","text":"Dear Małgorzata, I know Wednesdays are busy, so only this: We have a short sheet on returns that nobody has planned for. Shall I send it?"}'),
	(44, 1783354551000000, 65544, 1783354551000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/pricing"}'),
	(44, 1783596566000000, 65545, 1783596566000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/customers/cold-chain"}'),
	(44, 1783929447000000, 65546, 1783929447000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/product"}'),
	(44, 1784715411000000, 65547, 1784715411000000, 'email.received', 2, 1, 1, NULL, 'demo', NULL, '{"subject":"Are you the right person?","text":"Good morning, a driver of ours saw your app at a customer''s ramp. Please send prices. Małgorzata"}'),
	(44, 1784716121000000, 65548, 1784716121000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"Re: Tours at Birkensiel Fleischwaren","text":"Guten Tag Małgorzata, thank you for your answer. The drivers'' app works without a signal and sends later. Would Friday at ten suit you?"}'),
	(44, 1784790624000000, 65549, 1784790624000000, 'call.made', 3, 2, 1, NULL, 'demo', NULL, NULL),
	(44, 1784790655000000, 65550, 1784790655000000, 'call.connected', 3, 1, 1, NULL, 'demo', NULL, '{"text":"Reached Małgorzata at the second attempt. They plan 650 vehicles with a tool from 2009; the trouble is returns that nobody has planned for. Call again on Thursday."}'),
	(44, 1784791045000000, 65551, 1784791045000000, 'criterion.answered', 5, 3, 1, NULL, 'demo', NULL, '{"criterion":"budget","value":"no"}'),
	(44, 1784791045000000, 65552, 1784791045000000, 'fact.observed', NULL, 3, 1, NULL, 'call', NULL, '{"facts":{"person.title":"Analyst","person.seniority":"specialist"}}'),
	(44, 1784791047000000, 65553, 1784791047000000, 'criterion.answered', 5, 3, 1, NULL, 'demo', NULL, '{"criterion":"authority","value":"no"}'),
	(44, 1784791049000000, 65554, 1784791049000000, 'criterion.answered', 5, 3, 1, NULL, 'demo', NULL, '{"criterion":"need","value":"yes"}'),
	(44, 1784791051000000, 65555, 1784791051000000, 'criterion.answered', 5, 3, 1, NULL, 'demo', NULL, '{"criterion":"timing","value":"no"}'),
	(44, 1785143306000000, 65556, 1785143306000000, 'meeting.booked', 5, 1, 1, NULL, 'demo', NULL, '{"about":"demo","starts":{"t":1786957743000000}}'),
	(44, 1786960743000000, 65557, 1786960743000000, 'demo.held', 5, 1, 1, NULL, 'demo', NULL, '{"text":"Demo for 7 people. Asked a lot about the drivers'' app. Will talk to the managing director."}'),
	(44, 1786960983000000, 65558, 1787605383000000, 'criterion.answered', 5, 3, 1, NULL, 'demo', NULL, '{"criterion":"budget","value":"yes"}'),
	(44, 1786960985000000, 65559, 1787605385000000, 'criterion.answered', 5, 3, 1, NULL, 'demo', NULL, '{"criterion":"authority","value":"yes"}'),
	(44, 1786960987000000, 65560, 1787605387000000, 'criterion.answered', 5, 3, 1, NULL, 'demo', NULL, '{"criterion":"need","value":"yes"}'),
	(44, 1786960989000000, 65561, 1787605389000000, 'criterion.answered', 5, 3, 1, NULL, 'demo', NULL, '{"criterion":"timing","value":"yes"}'),
	(44, 1787039493000000, 65562, 1787039493000000, 'deal.opened', 5, 3, 1, NULL, 'demo', NULL, '{"deal":"D-4-1","amount_minor":9885000,"currency":"EUR","step":"evaluation","close":{"t":1795593093000000}}'),
	(44, 1787295640000000, 65563, 1787295640000000, 'trial.started', 8, 1, 1, NULL, 'demo', NULL, NULL),
	(44, 1787812125000000, 65564, 1787812125000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/customers"}'),
	(44, 1788951906000000, 65565, 1788951906000000, 'proposal.sent', 2, 2, 1, NULL, 'demo', NULL, '{"deal":"D-4-1","amount_minor":9885000,"currency":"EUR","subject":"Our offer for 650 vehicles","text":"Guten Tag Małgorzata, as agreed, the offer with the drivers'' app. Two sites could begin in January."}'),
	(44, 1789031890000000, 65566, 1789031890000000, 'proposal.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"deal":"D-4-1"}'),
	(44, 1789189282000000, 65567, 1789189282000000, 'proposal.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"deal":"D-4-1"}'),
	(44, 1789228998000000, 65568, 1789228998000000, 'proposal.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"deal":"D-4-1"}'),
	(44, 1789389813000000, 65569, 1789389813000000, 'deal.moved', 5, 3, 1, NULL, 'demo', NULL, '{"deal":"D-4-1","step":"proposal"}'),
	(44, 1789555821000000, 65570, 1789555821000000, 'email.replied', 2, 1, 1, NULL, 'demo', NULL, '{"says":"interested","subject":"Re: Proposal for Birkensiel Fleischwaren","text":"Hello Matthias, the managing director wants to pay by the quarter. I need your answer by Wednesday. Małgorzata"}'),
	(44, 1789661719000000, 65571, 1789661719000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"Re: Proposal for Birkensiel Fleischwaren","text":"Guten Tag Małgorzata, the quarter is fine, and the rest stays as it is. Does Wednesday suit for the signature?"}'),
	(44, 1790323278000000, 65572, 1790323278000000, 'email.replied', 2, 1, 1, NULL, 'demo', NULL, '{"says":"interested","subject":"The contract","text":"Hello Matthias, another firm offers 2 per cent less. What can you do? Małgorzata"}'),
	(44, 1790582682000000, 65573, 1790582682000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"Re: Proposal for Birkensiel Fleischwaren","text":"Guten Tag Małgorzata, the drivers'' app is in it now. Shall I call the finance director?"}'),
	(44, 1790778007000000, 65574, 1790778007000000, 'email.replied', 2, 1, 1, NULL, 'demo', NULL, '{"says":"interested","subject":"Re: Proposal for Birkensiel Fleischwaren","text":"Dear Matthias, can we begin with 650 vehicles and add the rest in March? Otherwise we are agreed. Małgorzata"}'),
	(44, 1790878550000000, 65575, 1790878550000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"Re: Proposal for Birkensiel Fleischwaren","text":"Dear Małgorzata, we can begin with part of the fleet, at the same price for each vehicle. Shall I call the head office?"}'),
	(44, 1793194432000000, 65576, 1793194432000000, 'email.replied', 2, 1, 1, NULL, 'demo', NULL, '{"says":"interested","subject":"Two points","text":"Hello Matthias, another firm offers 4 per cent less. What can you do? Otherwise we are agreed. Małgorzata"}'),
	(44, 1793283141000000, 65577, 1793283141000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"Re: Two points","text":"Guten Tag Małgorzata, we can begin with part of the fleet, at the same price for each vehicle. Does Tuesday suit for the signature?"}'),
	(44, 1793349740000000, 65578, 1793349740000000, 'deal.moved', 5, 3, 1, NULL, 'demo', NULL, '{"deal":"D-4-1","step":"negotiation"}'),
	(46, 1738225569000000, 4470620935760613589, 1738225569000000, 'fact.observed', NULL, 3, 1, NULL, 'demo', NULL, '{"facts":{"person.works_at":"cmp_0etegj7g3ef3t","person.owner":"usr_e9h02fnqfy7df"}}'),
	(46, 1738225569000000, 81921, 1738225569000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/blog/empty-kilometres"}'),
	(46, 1738225737000000, 81922, 1738225737000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/pricing"}'),
	(46, 1738225931000000, 81923, 1738225931000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/careers"}'),
	(46, 1738225981000000, 81924, 1738225981000000, 'chat.started', 4, 1, 1, NULL, 'demo', NULL, '{"text":"Can drivers use it without a signal?"}'),
	(46, 1738226050000000, 81925, 1738226050000000, 'chat.answered', 4, 2, 1, NULL, 'demo', NULL, '{"text":"Good to have you here, this is Oona. It does, and I can show you how."}'),
	(46, 1738226101000000, 81926, 1738226101000000, 'fact.observed', NULL, 3, 1, NULL, 'chat', NULL, '{"facts":{"person.name":"Maeve Fothergill","person.email":"maeve.fothergill@fernfield-freight.example","person.country":"GB"}}'),
	(46, 1738228180000000, 81927, 1738228180000000, 'fact.observed', NULL, 3, 1, NULL, 'enrichment', NULL, '{"facts":{"person.seniority":"manager","person.title":"Purchasing Manager"},"confidence":{"person.seniority":90,"person.title":90}}'),
	(46, 1738318336000000, 81928, 1738318336000000, 'handoff.accepted', 5, 3, 1, NULL, 'demo', NULL, NULL),
	(46, 1738318987000000, 81929, 1738318987000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"Planning for peaks","text":"Hello Maeve, I read that Fernfield Freight is growing, and with it usually orders that come in after six in the evening. Fernwheel plans a day''s tours in 6 minutes. Would that be worth a short call? Best wishes, Oona"}'),
	(46, 1738594372000000, 81930, 1738594372000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"Once more on planning","text":"Dear Maeve, I know Wednesdays are busy, so only this: If this is not for you, tell me and I will leave you in peace."}'),
	(46, 1738837511000000, 81931, 1738837511000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"A short follow-up","text":"Dear Maeve, a colleague of yours downloaded our paper, which made me think of you. If this is not for you, tell me and I will leave you in peace."}'),
	(46, 1739795681000000, 81932, 1739795681000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"A short follow-up","text":"Hello Maeve, did my last mail reach you? One customer of your size saves 6 hours of planning a day."}'),
	(46, 1747051059000000, 81933, 1747051059000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/blog/driver-hours"}'),
	(46, 1747051109000000, 81934, 1747051109000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/"}'),
	(46, 1747051279000000, 81935, 1747051279000000, 'form.submitted', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/papers","form":"white-paper"}'),
	(46, 1747051279000000, 81936, 1747051279000000, 'asset.downloaded', 1, 1, 1, 'ads-white-paper-2025q2', 'demo', NULL, '{"asset":"white-paper"}'),
	(48, 1775141880000000, 4027379915106764488, 1775141880000000, 'fact.observed', NULL, 3, 1, NULL, 'demo', NULL, '{"facts":{"person.works_at":"cmp_2ndj07pctrmbg","person.owner":"usr_3ag48e686m99p"}}'),
	(48, 1775141880000000, 98305, 1775141880000000, 'fact.observed', NULL, 3, 1, NULL, 'finder', NULL, '{"facts":{"person.name":"Dawid Leśniak","person.email":"d.lesniak@malinowo-hurtspozywczy.example","person.country":"PL"}}'),
	(48, 1775488740000000, 98306, 1775488740000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"Tours at Malinowo Hurt Spożywczy","text":"Dzień dobry Dawid, firms with one depot like yours often tell us of one planner who knows everything and is about to retire. Who at Malinowo Hurt Spożywczy looks after route planning?"}'),
	(48, 1776419241000000, 98307, 1776419241000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"A short follow-up","text":"Dzień dobry Dawid, did my last mail reach you? We have a short sheet on late deliveries on Fridays. Shall I send it?"}'),
	(48, 1777026067000000, 98308, 1777026067000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"A short follow-up","text":"Dzień dobry Dawid, a colleague of yours downloaded our paper, which made me think of you. If this is not for you, tell me and I will leave you in peace."}'),
	(48, 1778246501000000, 98309, 1778246501000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"Once more on planning","text":"Dear Dawid, did my last mail reach you? We have a short sheet on empty kilometres on the way back. Shall I send it?"}'),
	(48, 1778494320000000, 98310, 1778494320000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"Re: Tours at Malinowo Hurt Spożywczy","text":"Dear Dawid, I know Thursdays are busy, so only this: We have a short sheet on drivers waiting at the ramp. Shall I send it?"}'),
	(50, 1745211620000000, 7044503741183843333, 1745211620000000, 'fact.observed', NULL, 3, 1, NULL, 'demo', NULL, '{"facts":{"person.works_at":"cmp_9yqrw3padwkvk"}}'),
	(50, 1745211620000000, 114689, 1745211620000000, 'fact.observed', NULL, 3, 1, NULL, 'feed', NULL, '{"facts":{"person.name":"Turid Teigland","person.email":"turid.teigland@otterau-agrar.example","person.country":"DE"}}'),
	(50, 1745211620000000, 114690, 1745211620000000, 'feed.purchased', 7, 3, 1, NULL, 'demo', NULL, '{"cost_minor":3500,"currency":"EUR"}'),
	(50, 1750688373000000, 114691, 1750688373000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/"}'),
	(52, 1745241069000000, 7044503741183843333, 1745241069000000, 'fact.observed', NULL, 3, 1, NULL, 'demo', NULL, '{"facts":{"person.works_at":"cmp_9yqrw3padwkvk","person.owner":"usr_9dqma1wfmnm1c"}}'),
	(52, 1745241069000000, 131073, 1745241069000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/pricing"}'),
	(52, 1745241132000000, 131074, 1745241132000000, 'fact.observed', NULL, 3, 1, NULL, 'trial', NULL, '{"facts":{"person.name":"Niklas Jürgens","person.email":"niklas.juergens@otterau-agrar.example","person.phone":"+495555132744","person.title":"Plant Director"}}'),
	(52, 1745241132000000, 131075, 1745241132000000, 'trial.started', 8, 1, 1, NULL, 'demo', NULL, NULL),
	(52, 1745241249000000, 131076, 1745241249000000, 'newsletter.subscribed', 1, 1, 1, NULL, 'demo', NULL, NULL),
	(52, 1745242332000000, 131077, 1745242332000000, 'product.fleet_imported', 8, 1, 1, NULL, 'demo', NULL, NULL),
	(52, 1745246868000000, 131078, 1745246868000000, 'call.made', 3, 2, 1, NULL, 'demo', NULL, '{"text":"Line busy."}'),
	(52, 1745834398000000, 131079, 1745834398000000, 'call.made', 3, 2, 1, NULL, 'demo', NULL, '{"text":"Voicemail. Left my number."}'),
	(52, 1746433167000000, 131080, 1746433167000000, 'call.made', 3, 2, 1, NULL, 'demo', NULL, '{"text":"Colleague says Niklas is in a meeting. Try again on Thursday."}'),
	(52, 1746511208000000, 131081, 1746511208000000, 'email.sent', 2, 2, 1, 'letter-2025-05', 'demo', NULL, '{"bulk":true,"subject":"How Monday became quiet"}'),
	(52, 1746776824000000, 131082, 1746776824000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"Once more on planning","text":"Guten Tag Niklas, I know Thursdays are busy, so only this: If this is not for you, tell me and I will leave you in peace."}'),
	(52, 1747036459000000, 131083, 1747036459000000, 'email.replied', 2, 1, 1, NULL, 'demo', NULL, '{"says":"stop","subject":"Re: Tours at Otterau Agrar","text":"Please take me off your list."}'),
	(52, 1747036549000000, 131084, 1747036549000000, 'email.unsubscribed', 2, 1, 1, NULL, 'demo', NULL, NULL),
	(54, 1782828627000000, 4510274425400791701, 1782828627000000, 'fact.observed', NULL, 3, 1, NULL, 'demo', NULL, '{"facts":{"person.works_at":"cmp_eq3r2wwbmgp83","person.owner":"usr_913mpwpynj32z"}}'),
	(54, 1782828627000000, 147457, 1782828627000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/product/drivers-app"}'),
	(54, 1782828815000000, 147458, 1782828815000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/blog/driver-hours"}'),
	(54, 1782829058000000, 147459, 1782829058000000, 'fact.observed', NULL, 3, 1, NULL, 'form', NULL, '{"facts":{"person.name":"Natália Falcão","person.email":"natalia.falcao@ribeirafria.example","person.phone":"+3515558274337"}}'),
	(54, 1782829058000000, 147460, 1782829058000000, 'form.submitted', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/contact","form":"contact","origin":"email","text":"5 vehicles, one depot, planned with a tool from 2009. No calls before nine please."}'),
	(54, 1782829739000000, 147461, 1782829739000000, 'asset.downloaded', 1, 1, 1, NULL, 'demo', NULL, '{"asset":"e-book"}'),
	(54, 1782916796000000, 147462, 1782916796000000, 'handoff.accepted', 5, 3, 1, NULL, 'demo', NULL, NULL),
	(54, 1782919709000000, 147463, 1782919709000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"Planning for peaks","text":"Bom dia Natália, I read that Conserveira Ribeirafria is growing, and with it usually toll costs that grow faster than the fleet. Fernwheel plans a day''s tours in 6 minutes. Would that be worth a short call?"}'),
	(54, 1783084745000000, 147464, 1783084745000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/product/drivers-app"}'),
	(54, 1783084991000000, 147465, 1783084991000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/security"}'),
	(54, 1783342528000000, 147466, 1783342528000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/customers"}'),
	(54, 1783610615000000, 147467, 1783610615000000, 'email.sent', 2, 2, 1, NULL, 'demo', NULL, '{"subject":"Re: Tours at Conserveira Ribeirafria","text":"Bom dia Natália, a colleague of yours downloaded our paper, which made me think of you. We have a short sheet on tours planned in a spreadsheet. Shall I send it?"}'),
	(54, 1785768394000000, 147468, 1785768394000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/"}'),
	(54, 1788764686000000, 147469, 1788764686000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/blog/driver-hours"}'),
	(54, 1788764808000000, 147470, 1788764808000000, 'trial.started', 8, 1, 1, NULL, 'demo', NULL, NULL),
	(54, 1788767208000000, 147471, 1788767208000000, 'product.signed_in', 8, 1, 1, NULL, 'demo', NULL, NULL),
	(56, 1789546483000000, 4510274425400791701, 1789546483000000, 'fact.observed', NULL, 3, 1, NULL, 'demo', NULL, '{"facts":{"person.works_at":"cmp_eq3r2wwbmgp83"}}'),
	(56, 1789546483000000, 163841, 1789546483000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/blog/peak-season"}'),
	(56, 1789546619000000, 163842, 1789546619000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/product"}'),
	(56, 1789546663000000, 163843, 1789546663000000, 'newsletter.subscribed', 1, 1, 1, NULL, 'demo', NULL, NULL),
	(56, 1789546870000000, 163844, 1789546870000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/"}'),
	(56, 1789546968000000, 163845, 1789546968000000, 'chat.started', 4, 1, 1, NULL, 'demo', NULL, '{"text":"What does it cost for 5 vehicles?"}'),
	(56, 1789547088000000, 163846, 1789547088000000, 'fact.observed', NULL, 3, 1, NULL, 'chat', NULL, '{"facts":{"person.name":"Estêvão Madureira","person.email":"estevao.madureira@ribeirafria.example"}}'),
	(56, 1789547130000000, 163847, 1789547130000000, 'chat.answered', 4, 2, 1, NULL, 'demo', NULL, '{"text":"Hello, Giulia here. That depends on the number of planners. How many are you?"}'),
	(56, 1789549986000000, 163848, 1789549986000000, 'fact.observed', NULL, 3, 1, NULL, 'enrichment', NULL, '{"facts":{"person.seniority":"manager"},"confidence":{"person.seniority":90}}'),
	(56, 1789566272000000, 163849, 1789566272000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/"}'),
	(56, 1789566289000000, 163850, 1789566289000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/blog/driver-hours"}'),
	(56, 1789566470000000, 163851, 1789566470000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/"}'),
	(56, 1789636314000000, 163852, 1789636314000000, 'handoff.rejected', 5, 3, 1, NULL, 'demo', NULL, '{"reason":"duplicate","text":"Wrong department, no say in it."}'),
	(56, 1791266410000000, 163853, 1791266410000000, 'email.sent', 2, 2, 1, 'letter-2026-10', 'demo', NULL, '{"bulk":true,"subject":"The ramp is not a car park"}'),
	(56, 1791266530000000, 163854, 1791266530000000, 'email.opened', 2, 1, 3, 'letter-2026-10', 'demo', NULL, NULL),
	(56, 1791790901000000, 163855, 1791790901000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/"}'),
	(56, 1791791020000000, 163856, 1791791020000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/customers"}'),
	(56, 1793685610000000, 163857, 1793685610000000, 'email.sent', 2, 2, 1, 'letter-2026-11', 'demo', NULL, '{"bulk":true,"subject":"How Monday became quiet"}'),
	(56, 1793685730000000, 163858, 1793685730000000, 'email.opened', 2, 1, 3, 'letter-2026-11', 'demo', NULL, NULL),
	(58, 1743675324000000, 6082880615753305219, 1743675324000000, 'fact.observed', NULL, 3, 1, NULL, 'demo', NULL, '{"facts":{"person.works_at":"cmp_24jsk139e93xh"}}'),
	(58, 1743675324000000, 180225, 1743675324000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/product/drivers-app"}'),
	(58, 1743675392000000, 180226, 1743675392000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/customers/cold-chain"}'),
	(58, 1743675593000000, 180227, 1743675593000000, 'fact.observed', NULL, 3, 1, NULL, 'form', NULL, '{"facts":{"person.name":"Raffaella Orsenigo","person.email":"raffaella.orsenigo@piepetra.example"}}'),
	(58, 1743675593000000, 180228, 1743675593000000, 'newsletter.subscribed', 1, 1, 1, NULL, 'demo', NULL, NULL),
	(58, 1743677030000000, 180229, 1743677030000000, 'fact.observed', NULL, 3, 1, NULL, 'enrichment', NULL, '{"facts":{"person.seniority":"manager"},"confidence":{"person.seniority":90}}'),
	(58, 1745933670000000, 180230, 1745933670000000, 'page.viewed', 1, 1, 1, NULL, 'demo', NULL, '{"path":"/pricing/calculator"}'),
	(58, 1746511211000000, 180231, 1746511211000000, 'email.sent', 2, 2, 1, 'letter-2025-05', 'demo', NULL, '{"bulk":true,"subject":"How Monday became quiet"}'),
	(58, 1746511331000000, 180232, 1746511331000000, 'email.opened', 2, 1, 3, 'letter-2025-05', 'demo', NULL, NULL),
	(58, 1748930411000000, 180233, 1748930411000000, 'email.sent', 2, 2, 1, 'letter-2025-06', 'demo', NULL, '{"bulk":true,"subject":"Tolls, and what to do about them"}'),
	(58, 1748930531000000, 180234, 1748930531000000, 'email.opened', 2, 1, 3, 'letter-2025-06', 'demo', NULL, NULL),
	(58, 1751349611000000, 180235, 1751349611000000, 'email.sent', 2, 2, 1, 'letter-2025-07', 'demo', NULL, '{"bulk":true,"subject":"Planners on holiday, tours on time"}'),
	(58, 1751349731000000, 180236, 1751349731000000, 'email.opened', 2, 1, 3, 'letter-2025-07', 'demo', NULL, NULL),
	(58, 1754373611000000, 180237, 1754373611000000, 'email.sent', 2, 2, 1, 'letter-2025-08', 'demo', NULL, '{"bulk":true,"subject":"News from Fernwheel"}'),
	(58, 1754373731000000, 180238, 1754373731000000, 'email.opened', 2, 1, 3, 'letter-2025-08', 'demo', NULL, NULL),
	(58, 1756792811000000, 180239, 1756792811000000, 'email.sent', 2, 2, 1, 'letter-2025-09', 'demo', NULL, '{"bulk":true,"subject":"Planning for peaks"}');
INSERT INTO public.activity VALUES
	(58, 1756792931000000, 180240, 1756792931000000, 'email.opened', 2, 1, 3, 'letter-2025-09', 'demo', NULL, NULL),
	(58, 1759816811000000, 180241, 1759816811000000, 'email.sent', 2, 2, 1, 'letter-2025-10', 'demo', NULL, '{"bulk":true,"subject":"What a missed slot costs"}'),
	(58, 1759816931000000, 180242, 1759816931000000, 'email.opened', 2, 1, 3, 'letter-2025-10', 'demo', NULL, NULL),
	(58, 1762236011000000, 180243, 1762236011000000, 'email.sent', 2, 2, 1, 'letter-2025-11', 'demo', NULL, '{"bulk":true,"subject":"Three tours, one driver less"}'),
	(58, 1762236131000000, 180244, 1762236131000000, 'email.opened', 2, 1, 3, 'letter-2025-11', 'demo', NULL, NULL),
	(58, 1764655211000000, 180245, 1764655211000000, 'email.sent', 2, 2, 1, 'letter-2025-12', 'demo', NULL, '{"bulk":true,"subject":"Cold, on time and proven"}'),
	(58, 1764655331000000, 180246, 1764655331000000, 'email.opened', 2, 1, 3, 'letter-2025-12', 'demo', NULL, NULL),
	(58, 1767679211000000, 180247, 1767679211000000, 'email.sent', 2, 2, 1, 'letter-2026-01', 'demo', NULL, '{"bulk":true,"subject":"The ramp is not a car park"}'),
	(58, 1767679331000000, 180248, 1767679331000000, 'email.opened', 2, 1, 3, 'letter-2026-01', 'demo', NULL, NULL),
	(58, 1770098411000000, 180249, 1770098411000000, 'email.sent', 2, 2, 1, 'letter-2026-02', 'demo', NULL, '{"bulk":true,"subject":"How Monday became quiet"}'),
	(58, 1770098531000000, 180250, 1770098531000000, 'email.opened', 2, 1, 3, 'letter-2026-02', 'demo', NULL, NULL),
	(58, 1772517611000000, 180251, 1772517611000000, 'email.sent', 2, 2, 1, 'letter-2026-03', 'demo', NULL, '{"bulk":true,"subject":"Tolls, and what to do about them"}'),
	(58, 1772517731000000, 180252, 1772517731000000, 'email.opened', 2, 1, 3, 'letter-2026-03', 'demo', NULL, NULL),
	(58, 1775541611000000, 180253, 1775541611000000, 'email.sent', 2, 2, 1, 'letter-2026-04', 'demo', NULL, '{"bulk":true,"subject":"Planners on holiday, tours on time"}'),
	(58, 1775541731000000, 180254, 1775541731000000, 'email.opened', 2, 1, 3, 'letter-2026-04', 'demo', NULL, NULL),
	(58, 1777960811000000, 180255, 1777960811000000, 'email.sent', 2, 2, 1, 'letter-2026-05', 'demo', NULL, '{"bulk":true,"subject":"News from Fernwheel"}'),
	(58, 1777960931000000, 180256, 1777960931000000, 'email.opened', 2, 1, 3, 'letter-2026-05', 'demo', NULL, NULL),
	(58, 1780380011000000, 180257, 1780380011000000, 'email.sent', 2, 2, 1, 'letter-2026-06', 'demo', NULL, '{"bulk":true,"subject":"Planning for peaks"}'),
	(58, 1780380131000000, 180258, 1780380131000000, 'email.opened', 2, 1, 3, 'letter-2026-06', 'demo', NULL, NULL),
	(58, 1783404011000000, 180259, 1783404011000000, 'email.sent', 2, 2, 1, 'letter-2026-07', 'demo', NULL, '{"bulk":true,"subject":"What a missed slot costs"}'),
	(58, 1783404131000000, 180260, 1783404131000000, 'email.opened', 2, 1, 3, 'letter-2026-07', 'demo', NULL, NULL),
	(58, 1785823211000000, 180261, 1785823211000000, 'email.sent', 2, 2, 1, 'letter-2026-08', 'demo', NULL, '{"bulk":true,"subject":"Three tours, one driver less"}'),
	(58, 1785823331000000, 180262, 1785823331000000, 'email.opened', 2, 1, 3, 'letter-2026-08', 'demo', NULL, NULL),
	(58, 1788242411000000, 180263, 1788242411000000, 'email.sent', 2, 2, 1, 'letter-2026-09', 'demo', NULL, '{"bulk":true,"subject":"Cold, on time and proven"}'),
	(58, 1788242531000000, 180264, 1788242531000000, 'email.opened', 2, 1, 3, 'letter-2026-09', 'demo', NULL, NULL),
	(58, 1791266411000000, 180265, 1791266411000000, 'email.sent', 2, 2, 1, 'letter-2026-10', 'demo', NULL, '{"bulk":true,"subject":"The ramp is not a car park"}'),
	(58, 1791266531000000, 180266, 1791266531000000, 'email.opened', 2, 1, 3, 'letter-2026-10', 'demo', NULL, NULL),
	(58, 1793685611000000, 180267, 1793685611000000, 'email.sent', 2, 2, 1, 'letter-2026-11', 'demo', NULL, '{"bulk":true,"subject":"How Monday became quiet"}'),
	(58, 1793685731000000, 180268, 1793685731000000, 'email.opened', 2, 1, 3, 'letter-2026-11', 'demo', NULL, NULL),
	(6150, 1767571200000000, 953017951161860355, 1767571200000000, 'form.submitted', 1, 1, 1, NULL, NULL, NULL, NULL),
	(6150, 1795926158212191, 3319783122113844942, 1795926158212191, 'fact.observed', NULL, 3, 1, NULL, 'import', NULL, '{"facts":{"person.custom.origin":"social","person.id.mql_id":"f1","person.email":"ann@fixture.example"}}'),
	(6152, 1767657600000000, 7562572443067870440, 1767657600000000, 'form.submitted', 1, 1, 1, NULL, NULL, NULL, NULL),
	(6152, 1795926158212191, 1927804670163871489, 1795926158212191, 'fact.observed', NULL, 3, 1, NULL, 'import', NULL, '{"facts":{"person.id.mql_id":"f2","person.email":"ben@fixture.example"}}'),
	(6150, 1795926158497596, 7169, 1795926158497596, 'stage.moved', 5, 3, 1, NULL, 'page', NULL, '{"to":"disqualified","reason":"a fixture","lens":"Shared"}');
INSERT INTO public.company VALUES
	(25, 1780905626000000, 'Birkensiel Fleischwaren GmbH', 'birkensiel.example', 'food', 'DE', 1950),
	(27, 1738225569000000, 'Fernfield Freight Ltd', 'fernfield-freight.example', 'logistics', 'GB', 69),
	(29, 1775141880000000, 'Malinowo Hurt Spożywczy', 'malinowo-hurtspozywczy.example', 'food', 'PL', 3),
	(31, 1745211620000000, 'Otterau Agrar', 'otterau-agrar.example', 'agriculture', 'DE', NULL),
	(33, 1782828627000000, 'Conserveira Ribeirafria', 'ribeirafria.example', 'food', 'PT', 17),
	(35, 1743675324000000, 'Salumificio Piepetra', 'piepetra.example', 'food', NULL, 390);
INSERT INTO public.definition VALUES
	(1, 1, 'Sluice default', 'name   = "Sluice default"
about  = "For a team that sells to firms: a lead is reachable, a prospect fits and has shown something, an opportunity has talked with us and qualified, and everybody may come back."
[criteria]                                               # our choice: all expiries
budget    = { ask = "Is there money set aside for this?", from = ''company.budget >= 5000'', expires = "180d" }
authority = { ask = "Who signs?", from = ''person.seniority in ["owner", "c-level", "vp"]'' }
need      = { ask = "What does the problem cost you today?", expires = "180d" }
timing    = { ask = "When must it run?", aka = ["demand"], expires = "90d" }
metrics   = { ask = "Which number must get better, and by how much?", expires = "180d" }
champion  = { ask = "Who inside wants this to happen?", expires = "180d" }
rules     = { ask = "By what will you choose?", expires = "180d" }
process   = { ask = "How does a purchase get signed?", expires = "180d" }
[frameworks]
BANT   = ["budget", "authority", "need", "timing"]
CHAMP  = ["need", "authority", "budget", "timing"]
ANUM   = ["authority", "need", "timing", "budget"]
MEDDIC = ["metrics", "authority", "rules", "process", "need", "champion"]
[scores.fit]                                             # our choice: the profile; a workspace writes its own
points = [ { when = ''company.industry in ["logistics", "food"]'', add = 40 }, { when = ''company.employees >= 50 && company.employees <= 5000'', add = 30 },
           { when = ''company.country in ["DE", "FR", "NL", "PL"]'', add = 20 }, { when = ''person.seniority in ["owner", "c-level", "vp", "director"]'', add = 10 } ]
[scores.engagement]                                      # our choice: all points and the half-life
half_life = "14d"
points = [ { on = "page.viewed", add = 1, max_per_day = 5 }, { on = "page.viewed", where = ''path.startsWith("/pricing")'', add = 5, max_per_day = 1 },
           { on = "newsletter.subscribed", add = 5 }, { on = "asset.downloaded", add = 10 }, { on = "webinar.attended", add = 15 }, { on = "form.submitted", add = 15 },
           { on = "chat.started", add = 15 }, { on = "product.*", add = 10, max_per_day = 1 }, { on = "email.replied", add = 30 }, { on = "email.received", add = 30 },
           { on = "call.received", add = 40 }, { on = "demo.requested", add = 40 }, { on = "trial.started", add = 40 } ]
[temperature]                                            # counted criteria first; behaviour lifts to warm and no further
hot  = ''met(criterion.budget, criterion.authority, criterion.need, criterion.timing) >= 3''
warm = ''met(criterion.budget, criterion.authority, criterion.need, criterion.timing) >= 2 || did("*", days(30), direction == "inbound")''
cold = ''true''
[stages.lead]
enter = ''known(person.email) || known(person.phone)''
owner = "marketing"
[stages.prospect]                                        # fit, and one sign: a talk, behaviour, intent of the company, or a prediction
enter = ''score.fit >= 60 && (two_way(days(180)) || score.engagement >= 30 || score.intent >= 70 || score.likelihood >= 0.3)''
leave = { when = ''dwell() >= days(180) && !did("*", days(180), direction == "inbound")'', reason = "cooled" }
owner = "both"
sla   = { accept = "24h" }
[stages.opportunity]                                     # two-way always; then criteria, a demo seen, or a call that asked for sales
gate  = ''two_way()''
enter = ''temperature == "hot" || did("demo.held", days(90)) || did("call.received", days(30), asks == "sales")''
leave = [ { when = ''did("deal.lost", dwell())'', reason = "lost" },
          { when = ''met(criterion.budget, criterion.authority, criterion.need, criterion.timing) < 2'', to = "prospect", reason = "criteria failed" },
          { when = ''dwell() >= days(90) && !did("*", days(90), direction == "inbound")'', reason = "cooled" } ]
owner = "sales"
sla   = { accept = "4h" }
[stages.customer]
enter = ''did("deal.won")''
[exits.recycled]
wake = ''did("*", dwell(), direction == "inbound")''
[exits.disqualified]                                     # only by a fact that is known; never for silence
enter = [ { when = ''company.competitor'', reason = "competitor" } ]
wake  = ''!company.competitor''
[gates]
"proposal.sent" = ''stage in ["opportunity", "customer"]''
[kinds]
SRL  = ''stage == "opportunity" && did("call.received", days(30), asks == "sales")''
SQL  = ''stage in ["prospect", "opportunity"] && did("handoff.accepted")''
MQL  = ''stage in ["lead", "prospect"] && (score.engagement >= 30 || score.likelihood >= 0.3)''
IQL  = ''stage in ["lead", "prospect"] && did("asset.downloaded", days(90))''
MSRL = ''stage in ["lead", "prospect"] && did("feed.purchased")''
[examples]
"an address is a cold lead"               = { person = { email = "a@x.example" }, expect = "lead", temperature = "cold" }
"a reply from a good fit is a prospect"   = { person = { email = "a@x.example" }, company = { industry = "food", employees = 240 }, did = ["email.sent", "email.replied"], expect = "prospect", kind = "MQL" }
"a reply from a bad fit is a warm lead"   = { person = { email = "a@x.example" }, company = { industry = "education", employees = 12 }, did = ["email.sent", "email.replied"], expect = "lead", temperature = "warm" }
"a good fit alone is a lead"              = { person = { email = "a@x.example" }, company = { industry = "food", employees = 240 }, expect = "lead" }
"a good fit in the market is a prospect"  = { person = { email = "a@x.example" }, company = { industry = "food", employees = 240 }, score = { intent = 80 }, expect = "prospect" }
"3 of 4 without a talk stays below"       = { person = { email = "a@x.example" }, company = { industry = "food", employees = 240 }, did = ["trial.started"], yes = ["budget", "need", "timing"], expect = "prospect", temperature = "hot" }
"3 of 4 and a talk is an opportunity"     = { person = { email = "a@x.example" }, did = ["email.sent", "email.replied"], yes = ["budget", "need", "timing"], expect = "opportunity", temperature = "hot" }
"a call for sales jumps"                  = { person = { phone = "+442079460123" }, did = ["call.received asks=sales", "call.connected"], expect = "opportunity", kind = "SRL" }
"three noes send back"                    = { person = { email = "a@x.example" }, did = ["email.sent 3d", "demo.held 2d"], no = ["budget", "need", "timing"], expect = "prospect" }
"a cooled opportunity is recycled"        = { person = { email = "a@x.example" }, did = ["email.sent 121d", "demo.held 120d"], expect = "recycled" }
"a word brings back"                      = { person = { email = "a@x.example" }, company = { industry = "food", employees = 240 }, did = ["email.sent 301d", "email.replied 300d", "email.received 1d", "email.sent"], expect = "prospect" }
"a competitor is out"                     = { person = { email = "a@x.example" }, company = { competitor = true }, did = ["demo.requested"], expect = "disqualified" }
', -2305843009213693952, 1795926157621658, NULL, 1),
	(4097, 1, 'Second', 'name = "Second"
[stages.lead]
enter = ''did("form.submitted")''
[stages.customer]
enter = ''did("deal.won")''
', -2305843009213693952, 1795926158306328, NULL, 0);
INSERT INTO public.draft VALUES
	(5121, 1, 'name = "Second"
[stages.lead]
enter = ''did("form.submitted")''
[stages.customer]
enter = ''did("deal.won")''
', '', 1, 1, 1795926158378926, NULL, 1795926158378926, NULL, 1795926158378926, NULL, NULL, NULL);
INSERT INTO public.flow VALUES
	(1, 20118, 0, 1, 'website', 1),
	(1, 20118, 1, 2, '', 1),
	(1, 20118, 2, 5, '', 1),
	(1, 20181, 0, 1, 'website', 1),
	(1, 20199, 0, 1, 'partners', 1),
	(1, 20199, 0, 1, 'website', 1),
	(1, 20545, 0, 1, 'finder', 1),
	(1, 20612, 0, 1, 'imports', 1),
	(1, 20628, 0, 1, 'events', 1),
	(1, 20628, 1, 2, '', 1),
	(1, 20628, 2, 3, '', 1),
	(1, 20634, 0, 1, 'website', 1),
	(1, 20671, 0, 1, 'website', 1),
	(1, 20712, 0, 1, 'website', 1),
	(1, 20745, 0, 1, 'imports', 1),
	(1, 20745, 1, 2, '', 1),
	(1, 20781, 0, 1, 'imports', 1),
	(1, 20786, 0, 1, 'forms', 2),
	(4097, 20220, 0, 1, 'website', 1),
	(4097, 20458, 0, 1, 'forms', 1),
	(4097, 20459, 0, 1, 'forms', 1),
	(4097, 20634, 0, 1, 'website', 1),
	(1, 20786, 1, 6, '', 1);
INSERT INTO public.handoff VALUES
	(42, 1, 1794196482000000, 1, 2, 1, 'imports', '', 1794282882000000, 0, NULL, NULL, NULL),
	(44, 1, 1784715411000000, 1, 2, 1, 'events', 'webinar-depots-and-ramps-2026', 1784801811000000, 3, NULL, NULL, 1787605383000000),
	(44, 1, 1787605383000000, 2, 3, 1, 'events', 'webinar-depots-and-ramps-2026', 1787619783000000, 0, NULL, NULL, NULL),
	(46, 1, 1738229595000000, 1, 2, 1, 'website', '', 1738315995000000, 1, 1738318336000000, NULL, 1762603279000000);
INSERT INTO public.id_block VALUES
	('all', 8193);
INSERT INTO public.import VALUES
	(3073, 3074, 'leads.csv', '745gw234hg1bvd6e7ekdtpx9er', '1131417e8dd649020c88b61ee23c2f35f12a7f554ecc0787ef8eb51329e2a636', 134, '[key]
mql_id = "mql_id"
email = "email"
[facts]
"person.custom.origin" = "origin"
[[activities]]
kind = "form.submitted"
at = { column = "contacted", format = "%Y-%m-%d" }
recorded = "occurred"
', 1795926158212191, NULL, 1795926158258269, NULL, 3, 3, 2, 0, 0, 1, 0);
INSERT INTO public.import_rejection VALUES
	(3073, 3, 4, 'email: "nobody" is not an e-mail address: it has no @; contacted: "2026-13-45" is no day or time that there is', 'f3,nobody,2026-13-45,social');
INSERT INTO public.job VALUES
	(2, 'server.demo', 'demo', '{"people":12,"seed":1,"until":1795926157671248}', 1795926157671248, 1, NULL, NULL, NULL, '{"company":6,"done":12,"total":12,"entries":217}', '{"people":12,"companies":6,"entries":217}', NULL, 1795926157696355, 'done'),
	(3074, 'people.import', '3073', '{"import":3073}', 1795926158212191, 1, NULL, NULL, NULL, '{"in":3,"created":2,"updated":0,"unchanged":0,"rejected":1,"noted":0,"bytes":134,"of_bytes":134}', '{"in":3,"created":2,"updated":0,"unchanged":0,"rejected":1}', NULL, 1795926158258414, 'done'),
	(4098, 'funnels.refold', NULL, '{"lens":4097,"version":1}', 1795926158306328, 1, NULL, NULL, NULL, '{"after":6152,"done":14,"total":14}', '{"people":14}', NULL, 1795926158347046, 'done'),
	(6146, 'funnels.words', 'words', '{}', 1795926158445371, 1, NULL, NULL, NULL, '{"done":14,"total":14}', '{"people":14}', NULL, 1795926158461815, 'done');
INSERT INTO public.kept_since VALUES
	('handoff', 1795926157621658),
	('former_employee', 1795926157621658);
INSERT INTO public.lens VALUES
	(1, 'Shared', 0, 1795926157621658),
	(4097, 'Second', 1, 1795926158306328);
INSERT INTO public.migration VALUES
	('platform', '0001_platform', '2557fb4c1e8d0b20e240a8aa0622952b59c8ddeacad2caaae44b528e4e72636e', 1795926157563299),
	('team', '0001_team', '8a228de234fe2a4375c51387dc552343ed3db59ff5eaa3be76599c8144f0e1ef', 1795926157569256),
	('team', '0002_token', 'b21c3f8b97121d9a9456b2e460694b67f6dffea2d5336f5134409ec25ce226bc', 1795926157572435),
	('journal', '0001_activity', '08b72c7e55a917af2e4278b4bfdcc86657651df0805e9782ca32c6f7ba43db8f', 1795926157573662),
	('people', '0001_people', '6dbcad3d10898f2d9299b442e15e8ab94a2f1070b4e2523d88cab7b0af496420', 1795926157584571),
	('people', '0002_import_notes', '20c8faa1d21cf5addde029f4cd66ef357394e1cc24960ddc4ba6b2bef5f6c667', 1795926157587143),
	('people', '0003_standing_revision', '068951e5f9fb6cebd4c52feed7239bbad4f57a6d4fbce76a39f961cedf8899fe', 1795926157587814),
	('funnels', '0001_funnels', 'efe246cc640aca0e658842bf651549d2f0388064b6131c3dbc48ecf98ced39e1', 1795926157594866),
	('funnels', '0002_backtest', 'b9a8f5d9dcb1a504e16d76c56757239c03e68f07cf1d5a9dfbe820356cc3be08', 1795926157596873),
	('funnels', '0003_lenses_and_drafts', '4e9a62bf828b45bcd481d5a4147ccd231adb295e6d8c24d92fb556ad34ba1995', 1795926157600996),
	('funnels', '0004_dispute', '67e90f301168dece974decf5e8d32dd567585ad2c61926416ccdb2a98a0d0acf', 1795926157603015),
	('funnels', '0005_segment', 'e9e8ba8f4ce06aeb8c7628969d8b6ce2f9eecad2829635a59699d2376a0b1fb7', 1795926157608536),
	('funnels', '0006_handoffs', '6a1dda137cbe597e2a50f9e6a96cd376b56d54fcd0ac0acadf442fd2b04811c4', 1795926157611742),
	('funnels', '0007_company_score', '560a7a39086787cfe1ad36c196adde2f537dac09ca26106a1bb3dd26aadceb88', 1795926157617739),
	('funnels', '0008_former_employee', 'b8f7f65f50427a54a534d416d8d006c328fabc50f71ab5755ed6cf888379ed68', 1795926157619121);
INSERT INTO public.person VALUES
	(36, 1795510863000000, 'Rosalie Schönbeck', 'rosalie schonbeck', 'r.schoenbeck@birkensiel.example', '+495550000000', 'Controller', 'DE', 25, 3),
	(38, 1780905626000000, 'Detlef Uhlenbrock', 'detlef uhlenbrock', 'd.uhlenbrock@birkensiel.example', '+495553141593', NULL, NULL, 25, 3),
	(40, 1786025429000000, 'Sönke Weißgerber', 'sonke weissgerber', 's.weissgerber@birkensiel.example', NULL, 'CIO', 'DE', 25, NULL),
	(42, 1792396802000000, 'Falk Zellmann', 'falk zellmann', 'f.zellmann@birkensiel.example', '+495559424779', 'Transport Manager', NULL, 25, 3),
	(44, 1782308970000000, 'Małgorzata Bieńkowska', 'malgorzata bienkowska', 'm.bienkowska@birkensiel.example', NULL, 'Analyst', 'DE', 25, 3),
	(46, 1738225569000000, 'Maeve Fothergill', 'maeve fothergill', 'maeve.fothergill@fernfield-freight.example', NULL, 'Purchasing Manager', 'GB', 27, 9),
	(48, 1775141880000000, 'Dawid Leśniak', 'dawid lesniak', 'd.lesniak@malinowo-hurtspozywczy.example', NULL, NULL, 'PL', 29, 7),
	(50, 1745211620000000, 'Turid Teigland', 'turid teigland', 'turid.teigland@otterau-agrar.example', NULL, NULL, 'DE', 31, NULL),
	(52, 1745241069000000, 'Niklas Jürgens', 'niklas jurgens', 'niklas.juergens@otterau-agrar.example', '+495555132744', 'Plant Director', NULL, 31, 3),
	(54, 1782828627000000, 'Natália Falcão', 'natalia falcao', 'natalia.falcao@ribeirafria.example', '+3515558274337', NULL, NULL, 33, 8),
	(56, 1789546483000000, 'Estêvão Madureira', 'estevao madureira', 'estevao.madureira@ribeirafria.example', NULL, NULL, NULL, 33, NULL),
	(58, 1743675324000000, 'Raffaella Orsenigo', 'raffaella orsenigo', 'raffaella.orsenigo@piepetra.example', NULL, NULL, NULL, 35, NULL),
	(6150, 1767571200000000, 'ann@fixture.example', 'ann@fixture.example', 'ann@fixture.example', NULL, NULL, NULL, NULL, NULL),
	(6152, 1767657600000000, 'ben@fixture.example', 'ben@fixture.example', 'ben@fixture.example', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.segment_activity VALUES
	(6145, 46, 0, NULL, 1747051279000000, 1, 1747051279000000),
	(6145, 54, 0, NULL, 1782829058000000, 1, 1782829058000000),
	(6145, 6150, 0, NULL, 1767571200000000, 1, 1767571200000000),
	(6145, 6152, 0, NULL, 1767657600000000, 1, 1767657600000000);
INSERT INTO public.segment_word VALUES
	(6145, 1, 'form.submitted', 0, NULL);
INSERT INTO public.setting VALUES
	('public_id.secret', 'p8kpef5gypghn5kr1bfh69p8ew');
INSERT INTO public.stage_tally VALUES
	(1, 2, 1),
	(1, 3, 1),
	(1, 5, 1),
	(4097, 0, 10),
	(4097, 1, 4),
	(1, 1, 10),
	(1, 6, 1);
INSERT INTO public.standing VALUES
	(1, 36, 1, 1, NULL, 1, 'tfuuuuuu', 90, 90, 0, -1e+18, 26, NULL, 1795510863000000, -2305843009213693952, 1803286863000000, 1795926158326742, 'rosalie schonbeck', 1),
	(1, 38, 1, 1, NULL, 1, 'tfuuuuuu', 90, 90, 0.005415525672690926, 1477.198630530576, 26, NULL, 1780905626000000, 1782480571000000, 1796457626000000, 1795926158326742, 'detlef uhlenbrock', 1),
	(1, 40, 1, 1, NULL, 2, 'ttuuuuuu', 100, 100, 0.0614878286832958, 1480.703758103623, 26, NULL, 1786025650000000, 1790346528000000, 1798122528000000, 1795926158326742, 'sonke weissgerber', 1),
	(1, 42, 1, 2, NULL, 2, 'tuuuuuuu', 90, 100, 8.07044150649514, 1487.7399610321163, 26, NULL, 1794196482000000, 1793652229000000, 1796244229000000, 1795926158326742, 'falk zellmann', 1),
	(1, 44, 1, 3, NULL, 3, 'tttuuuuu', 90, 90, 10.179230924760281, 1488.0748700914403, 26, NULL, 1787605383000000, 1793194432000000, 1800970432000000, 1795926158326742, 'malgorzata bienkowska', 1),
	(1, 46, 1, 5, NULL, 1, 'ufuuuuuu', 70, 70, 1.8635631172565448e-11, 1449.084168070455, NULL, NULL, 1762603279000000, 1747051279000000, NULL, 1795926158326742, 'maeve fothergill', 1),
	(1, 48, 1, 1, NULL, 1, 'uuuuuuuu', 60, 70, 0, -1e+18, 17, NULL, 1775141880000000, -2305843009213693952, NULL, 1795926158326742, 'dawid lesniak', 1),
	(1, 50, 1, 1, 'MSRL', 1, 'uuuuuuuu', 20, 60, 5.518110709170414e-12, 1447.3283506944445, NULL, NULL, 1745211620000000, 1750688373000000, NULL, 1795926158326742, 'turid teigland', 1),
	(1, 52, 1, 1, NULL, 1, 'uuuuuuuu', 20, 60, 3.5263904170869414e-11, 1450.0042965962634, NULL, NULL, 1745241132000000, 1747036549000000, NULL, 1795926158326742, 'niklas jurgens', 1),
	(1, 54, 1, 1, NULL, 1, 'fuuuuuuu', 40, 50, 0.8621238209871661, 1484.5132804252949, NULL, NULL, 1782829058000000, 1788767208000000, 1796543208000000, 1795926158326742, 'natalia falcao', 1),
	(1, 56, 1, 1, NULL, 1, 'ffuuuuuu', 40, 40, 0.8337710158850938, 1484.4650365576845, NULL, NULL, 1789547088000000, 1791791020000000, 1797323088000000, 1795926158326742, 'estevao madureira', 1),
	(1, 58, 1, 1, NULL, 1, 'ufuuuuuu', 70, 90, 2.8653721683434248e-12, 1446.3828988281869, NULL, NULL, 1743675593000000, 1745933670000000, NULL, 1795926158326742, 'raffaella orsenigo', 1),
	(1, 6152, 1, 1, NULL, 1, 'uuuuuuuu', 0, 100, 1.3834673442530901e-06, 1465.2640334527514, NULL, NULL, 1795926158212191, 1767657600000000, 1803702158212191, 1795926158326742, 'ben@fixture.example', 1),
	(4097, 36, 1, 0, NULL, 0, '', 0, 100, 0, 0, 26, NULL, NULL, -2305843009213693952, NULL, 1795926158326742, 'rosalie schonbeck', 0),
	(4097, 38, 1, 0, NULL, 0, '', 0, 100, 0, 0, 26, NULL, NULL, 1782480571000000, NULL, 1795926158326742, 'detlef uhlenbrock', 0),
	(4097, 40, 1, 0, NULL, 0, '', 0, 100, 0, 0, 26, NULL, NULL, 1790346528000000, NULL, 1795926158326742, 'sonke weissgerber', 0),
	(4097, 42, 1, 0, NULL, 0, '', 0, 100, 0, 0, 26, NULL, NULL, 1793652229000000, NULL, 1795926158326742, 'falk zellmann', 0),
	(4097, 44, 1, 0, NULL, 0, '', 0, 100, 0, 0, 26, NULL, NULL, 1793194432000000, NULL, 1795926158326742, 'malgorzata bienkowska', 0),
	(4097, 46, 1, 1, NULL, 0, '', 0, 100, 0, 0, NULL, NULL, 1747051279000000, 1747051279000000, NULL, 1795926158326742, 'maeve fothergill', 0),
	(4097, 48, 1, 0, NULL, 0, '', 0, 100, 0, 0, 17, NULL, NULL, -2305843009213693952, NULL, 1795926158326742, 'dawid lesniak', 0),
	(4097, 50, 1, 0, NULL, 0, '', 0, 100, 0, 0, NULL, NULL, NULL, 1750688373000000, NULL, 1795926158326742, 'turid teigland', 0),
	(4097, 52, 1, 0, NULL, 0, '', 0, 100, 0, 0, NULL, NULL, NULL, 1747036549000000, NULL, 1795926158326742, 'niklas jurgens', 0),
	(4097, 54, 1, 1, NULL, 0, '', 0, 100, 0, 0, NULL, NULL, 1782829058000000, 1788767208000000, NULL, 1795926158326742, 'natalia falcao', 0),
	(4097, 56, 1, 0, NULL, 0, '', 0, 100, 0, 0, NULL, NULL, NULL, 1791791020000000, NULL, 1795926158326742, 'estevao madureira', 0),
	(4097, 58, 1, 0, NULL, 0, '', 0, 100, 0, 0, NULL, NULL, NULL, 1745933670000000, NULL, 1795926158326742, 'raffaella orsenigo', 0),
	(4097, 6152, 1, 1, NULL, 0, '', 0, 100, 0, 0, NULL, NULL, 1767657600000000, 1767657600000000, NULL, 1795926158326742, 'ben@fixture.example', 0),
	(1, 6150, 1, 6, NULL, 1, 'uuuuuuuu', 0, 100, 1.316639036967415e-06, 1465.1926048813227, NULL, NULL, 1795926158497596, 1767571200000000, 1803702158497596, 1795926158497596, 'ann@fixture.example', 2),
	(4097, 6150, 1, 1, NULL, 0, '', 0, 100, 0, 0, NULL, NULL, 1767571200000000, 1767571200000000, NULL, 1795926158497596, 'ann@fixture.example', 1);
INSERT INTO public.subject_key VALUES
	(1, 'domain', 'birkensiel.example', 25),
	(1, 'domain', 'fernfield-freight.example', 27),
	(1, 'domain', 'malinowo-hurtspozywczy.example', 29),
	(1, 'domain', 'otterau-agrar.example', 31),
	(1, 'domain', 'ribeirafria.example', 33),
	(1, 'domain', 'piepetra.example', 35),
	(0, 'email', 'r.schoenbeck@birkensiel.example', 36),
	(0, 'phone', '+495550000000', 36),
	(0, 'email', 'd.uhlenbrock@birkensiel.example', 38),
	(0, 'phone', '+495553141593', 38),
	(0, 'email', 's.weissgerber@birkensiel.example', 40),
	(0, 'email', 'f.zellmann@birkensiel.example', 42),
	(0, 'phone', '+495559424779', 42),
	(0, 'email', 'm.bienkowska@birkensiel.example', 44),
	(0, 'email', 'maeve.fothergill@fernfield-freight.example', 46),
	(0, 'email', 'd.lesniak@malinowo-hurtspozywczy.example', 48),
	(0, 'email', 'turid.teigland@otterau-agrar.example', 50),
	(0, 'email', 'niklas.juergens@otterau-agrar.example', 52),
	(0, 'phone', '+495555132744', 52),
	(0, 'email', 'natalia.falcao@ribeirafria.example', 54),
	(0, 'phone', '+3515558274337', 54),
	(0, 'email', 'estevao.madureira@ribeirafria.example', 56),
	(0, 'email', 'raffaella.orsenigo@piepetra.example', 58),
	(0, 'mql_id', 'f1', 6150),
	(0, 'email', 'ann@fixture.example', 6150),
	(0, 'mql_id', 'f2', 6152),
	(0, 'email', 'ben@fixture.example', 6152);
INSERT INTO public.team_user VALUES
	(3, 'matthias@fernwheel.example', 'matthias@fernwheel.example', 'Matthias Ohlendorf', 'member', NULL, 1795926157674056),
	(4, 'annika@fernwheel.example', 'annika@fernwheel.example', 'Annika Thorwald', 'member', NULL, 1795926157674056),
	(5, 'claire@fernwheel.example', 'claire@fernwheel.example', 'Claire Dumesnil', 'member', NULL, 1795926157674056),
	(6, 'bram@fernwheel.example', 'bram@fernwheel.example', 'Bram Oosterling', 'member', NULL, 1795926157674056),
	(7, 'piotr@fernwheel.example', 'piotr@fernwheel.example', 'Piotr Zaleski', 'member', NULL, 1795926157674056),
	(8, 'giulia@fernwheel.example', 'giulia@fernwheel.example', 'Giulia Serrano', 'member', NULL, 1795926157674056),
	(9, 'oona@fernwheel.example', 'oona@fernwheel.example', 'Oona Rautio', 'member', NULL, 1795926157674056),
	(10, 'yasmin@fernwheel.example', 'yasmin@fernwheel.example', 'Yasmin Aydın', 'member', NULL, 1795926157674056),
	(11, 'tomas@fernwheel.example', 'tomas@fernwheel.example', 'Tomás Veiga', 'member', NULL, 1795926157674056),
	(1025, 'mara@fixture.example', 'mara@fixture.example', 'mara', 'owner', '$argon2id$v=19$m=65536,t=3,p=4$M+kBGEBY5pLVpNZoSfu+qw$4hd3omhlKLl8hiUFpy1Lvp4jOMi8CjA9o9y4iymBVkI', 1795926158090750);
INSERT INTO public.token VALUES
	(2049, '\x508109426dadf0207dfcd18f6ab4729a5accf8a7bd6f382217b8df86a5702bb4', 1025, 'fixture', 'write', 1795926158151333, NULL, NULL, NULL);
INSERT INTO public.transition VALUES
	(36, 1, 1795510863000000, 0, 0, 1, NULL, 1, 1795510863000000, 'imports', '{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"r.schoenbeck@birkensiel.example","on":[{"at":"2026-11-24T09:01:03Z","id":1,"what":"person.email","source":"finder"}]},{"p":"enter","c":"known(person.phone)","t":"true","s":"+495550000000","on":[{"at":"2026-11-24T09:01:03Z","id":1,"what":"person.phone","source":"finder"}]}]}'),
	(38, 1, 1780905626000000, 0, 0, 1, NULL, 1, 1780905626000000, 'imports', '{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"d.uhlenbrock@birkensiel.example","on":[{"at":"2026-06-08T08:00:26Z","id":16386,"what":"person.email","source":"import"}]},{"p":"enter","c":"known(person.phone)","t":"true","s":"+495553141593","on":[{"at":"2026-06-08T08:00:26Z","id":16386,"what":"person.phone","source":"import"}]}]}'),
	(40, 1, 1786025650000000, 0, 0, 1, NULL, 1, 1786025650000000, 'website', '{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"s.weissgerber@birkensiel.example","on":[{"at":"2026-08-06T14:14:10Z","id":32770,"what":"person.email","source":"form"}]},{"p":"enter","c":"known(person.phone)","t":"false"}]}'),
	(42, 1, 1792396802000000, 0, 0, 1, NULL, 1, 1792396802000000, 'imports', '{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"f.zellmann@birkensiel.example","on":[{"at":"2026-10-19T08:00:02Z","id":49153,"what":"person.email","source":"import"}]},{"p":"enter","c":"known(person.phone)","t":"true","s":"+495559424779","on":[{"at":"2026-10-19T08:00:02Z","id":49153,"what":"person.phone","source":"import"}]}]}'),
	(42, 1, 1794196482000000, 1, 1, 2, NULL, 1, 1793634882000000, '', '{"v":1,"rule":{"enter":"prospect"},"because":[{"p":"enter","c":"score.fit >= 60","t":"true","s":"90 to 100","on":[{"at":"2026-06-08T08:00:26Z","id":8193,"what":"company.country","source":"import"},{"at":"2026-06-08T08:52:29Z","id":8194,"what":"company.employees","source":"enrichment"},{"at":"2026-06-08T08:52:29Z","id":8194,"what":"company.industry","source":"enrichment"}]},{"p":"under","c":"company.industry in [\"logistics\", \"food\"]","t":"true","s":"food","on":[{"at":"2026-06-08T08:52:29Z","id":8194,"what":"company.industry","source":"enrichment"}]},{"p":"under","c":"company.employees >= 50","t":"true","s":"1950","on":[{"at":"2026-06-08T08:52:29Z","id":8194,"what":"company.employees","source":"enrichment"}]},{"p":"under","c":"company.employees <= 5000","t":"true","s":"1950","on":[{"at":"2026-06-08T08:52:29Z","id":8194,"what":"company.employees","source":"enrichment"}]},{"p":"under","c":"company.country in [\"DE\", \"FR\", \"NL\", \"PL\"]","t":"true","s":"DE","on":[{"at":"2026-06-08T08:00:26Z","id":8193,"what":"company.country","source":"import"}]},{"p":"under","c":"person.seniority in [\"owner\", \"c-level\", \"vp\", \"director\"]","t":"unknown"},{"p":"enter","c":"two_way(days(180))","t":"true","on":[{"at":"2026-11-02T14:07:07Z","id":49157,"what":"email.sent"},{"at":"2026-11-02T15:54:42Z","id":49158,"what":"email.replied"}]},{"p":"enter","c":"score.engagement >= 30","t":"false","s":"21.74","on":[{"at":"2026-11-02T15:54:42Z","id":49158,"what":"email.replied"}]},{"p":"enter","c":"score.intent >= 70","t":"false","s":"26","on":[{"at":"2026-08-24T04:00:00Z","id":8199,"what":"score.intent","source":"intent"}]},{"p":"enter","c":"score.likelihood >= 0.3","t":"unknown"}]}'),
	(44, 1, 1782308970000000, 0, 0, 1, NULL, 1, 1782308970000000, 'events', '{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"m.bienkowska@birkensiel.example","on":[{"at":"2026-06-24T13:49:30Z","id":65537,"what":"person.email","source":"form"}]},{"p":"enter","c":"known(person.phone)","t":"false"}]}'),
	(44, 1, 1784715411000000, 1, 1, 2, NULL, 1, 1784715411000000, '', '{"v":1,"rule":{"enter":"prospect"},"because":[{"p":"enter","c":"score.fit >= 60","t":"true","s":"90","on":[{"at":"2026-06-08T08:00:26Z","id":8193,"what":"company.country","source":"import"},{"at":"2026-06-08T08:52:29Z","id":8194,"what":"company.employees","source":"enrichment"},{"at":"2026-06-08T08:52:29Z","id":8194,"what":"company.industry","source":"enrichment"},{"at":"2026-06-24T14:50:45Z","id":65539,"what":"person.seniority","source":"enrichment"}]},{"p":"under","c":"company.industry in [\"logistics\", \"food\"]","t":"true","s":"food","on":[{"at":"2026-06-08T08:52:29Z","id":8194,"what":"company.industry","source":"enrichment"}]},{"p":"under","c":"company.employees >= 50","t":"true","s":"1950","on":[{"at":"2026-06-08T08:52:29Z","id":8194,"what":"company.employees","source":"enrichment"}]},{"p":"under","c":"company.employees <= 5000","t":"true","s":"1950","on":[{"at":"2026-06-08T08:52:29Z","id":8194,"what":"company.employees","source":"enrichment"}]},{"p":"under","c":"company.country in [\"DE\", \"FR\", \"NL\", \"PL\"]","t":"true","s":"DE","on":[{"at":"2026-06-08T08:00:26Z","id":8193,"what":"company.country","source":"import"}]},{"p":"under","c":"person.seniority in [\"owner\", \"c-level\", \"vp\", \"director\"]","t":"false","s":"specialist","on":[{"at":"2026-06-24T14:50:45Z","id":65539,"what":"person.seniority","source":"enrichment"}]},{"p":"enter","c":"two_way(days(180))","t":"true","on":[{"at":"2026-07-01T13:36:44Z","id":65543,"what":"email.sent"},{"at":"2026-07-22T10:16:51Z","id":65547,"what":"email.received"}]},{"p":"enter","c":"score.engagement >= 30","t":"true","s":"34.23","on":[{"at":"2026-06-29T07:45:41Z","id":65542,"what":"page.viewed"},{"at":"2026-07-06T16:15:51Z","id":65544,"what":"page.viewed"},{"at":"2026-07-09T11:29:26Z","id":65545,"what":"page.viewed"},{"at":"2026-07-13T07:57:27Z","id":65546,"what":"page.viewed"},{"at":"2026-07-22T10:16:51Z","id":65547,"what":"email.received"}]},{"p":"enter","c":"score.intent >= 70","t":"false","s":"66","on":[{"at":"2026-07-10T04:00:00Z","id":8198,"what":"score.intent","source":"intent"}]},{"p":"enter","c":"score.likelihood >= 0.3","t":"unknown"}]}'),
	(44, 1, 1787605383000000, 2, 2, 3, NULL, 1, 1786960983000000, '', '{"v":1,"rule":{"enter":"opportunity"},"because":[{"p":"enter","c":"temperature == \"hot\"","t":"false","s":"warm","on":[{"at":"2026-07-23T07:17:27Z","id":65553,"what":"criterion.answered"},{"at":"2026-07-23T07:17:29Z","id":65554,"what":"criterion.answered"},{"at":"2026-07-23T07:17:31Z","id":65555,"what":"criterion.answered"},{"at":"2026-08-17T10:03:03Z","id":65558,"what":"criterion.answered"},{"at":"2026-08-21T07:00:40Z","id":65563,"what":"trial.started"}]},{"p":"under","c":"met(criterion.budget, criterion.authority, criterion.need, criterion.timing) >= 3","t":"false","s":"2","on":[{"at":"2026-07-23T07:17:27Z","id":65553,"what":"criterion.answered"},{"at":"2026-07-23T07:17:29Z","id":65554,"what":"criterion.answered"},{"at":"2026-07-23T07:17:31Z","id":65555,"what":"criterion.answered"},{"at":"2026-08-17T10:03:03Z","id":65558,"what":"criterion.answered"}]},{"p":"under","c":"criterion.budget","t":"true","on":[{"at":"2026-08-17T10:03:03Z","id":65558,"what":"criterion.answered"}]},{"p":"under","c":"criterion.authority","t":"false","on":[{"at":"2026-07-23T07:17:27Z","id":65553,"what":"criterion.answered"}]},{"p":"under","c":"criterion.need","t":"true","on":[{"at":"2026-07-23T07:17:29Z","id":65554,"what":"criterion.answered"}]},{"p":"under","c":"criterion.timing","t":"false","on":[{"at":"2026-07-23T07:17:31Z","id":65555,"what":"criterion.answered"}]},{"p":"under","c":"met(criterion.budget, criterion.authority, criterion.need, criterion.timing) >= 2","t":"true","s":"2","on":[{"at":"2026-07-23T07:17:27Z","id":65553,"what":"criterion.answered"},{"at":"2026-07-23T07:17:29Z","id":65554,"what":"criterion.answered"},{"at":"2026-07-23T07:17:31Z","id":65555,"what":"criterion.answered"},{"at":"2026-08-17T10:03:03Z","id":65558,"what":"criterion.answered"}]},{"p":"under","c":"did(\"*\", days(30), direction == \"inbound\")","t":"true","on":[{"at":"2026-08-21T07:00:40Z","id":65563,"what":"trial.started"}]},{"p":"enter","c":"did(\"demo.held\", days(90))","t":"true","on":[{"at":"2026-08-17T09:59:03Z","id":65557,"what":"demo.held"}]},{"p":"enter","c":"did(\"call.received\", days(30), asks == \"sales\")","t":"false"},{"p":"gate","c":"two_way()","t":"true","on":[{"at":"2026-08-17T09:59:03Z","id":65557,"what":"demo.held"}]}]}'),
	(46, 1, 1738226101000000, 0, 0, 1, NULL, 1, 1738226101000000, 'website', '{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"maeve.fothergill@fernfield-freight.example","on":[{"at":"2025-01-30T08:35:01Z","id":81926,"what":"person.email","source":"chat"}]},{"p":"enter","c":"known(person.phone)","t":"false"}]}'),
	(46, 1, 1738229595000000, 1, 1, 2, NULL, 1, 1738229595000000, '', '{"v":1,"rule":{"enter":"prospect"},"because":[{"p":"enter","c":"score.fit >= 60","t":"true","s":"70","on":[{"at":"2025-01-30T08:26:09Z","id":24577,"what":"company.country","source":"form"},{"at":"2025-01-30T09:09:40Z","id":81927,"what":"person.seniority","source":"enrichment"},{"at":"2025-01-30T09:33:15Z","id":24578,"what":"company.employees","source":"enrichment"},{"at":"2025-01-30T09:33:15Z","id":24578,"what":"company.industry","source":"enrichment"}]},{"p":"under","c":"company.industry in [\"logistics\", \"food\"]","t":"true","s":"logistics","on":[{"at":"2025-01-30T09:33:15Z","id":24578,"what":"company.industry","source":"enrichment"}]},{"p":"under","c":"company.employees >= 50","t":"true","s":"59","on":[{"at":"2025-01-30T09:33:15Z","id":24578,"what":"company.employees","source":"enrichment"}]},{"p":"under","c":"company.employees <= 5000","t":"true","s":"59","on":[{"at":"2025-01-30T09:33:15Z","id":24578,"what":"company.employees","source":"enrichment"}]},{"p":"under","c":"company.country in [\"DE\", \"FR\", \"NL\", \"PL\"]","t":"false","s":"GB","on":[{"at":"2025-01-30T08:26:09Z","id":24577,"what":"company.country","source":"form"}]},{"p":"under","c":"person.seniority in [\"owner\", \"c-level\", \"vp\", \"director\"]","t":"false","s":"manager","on":[{"at":"2025-01-30T09:09:40Z","id":81927,"what":"person.seniority","source":"enrichment"}]},{"p":"enter","c":"two_way(days(180))","t":"true","on":[{"at":"2025-01-30T08:33:01Z","id":81924,"what":"chat.started"},{"at":"2025-01-30T08:34:10Z","id":81925,"what":"chat.answered"}]},{"p":"enter","c":"score.engagement >= 30","t":"false","s":"22.95","on":[{"at":"2025-01-30T08:26:09Z","id":81921,"what":"page.viewed"},{"at":"2025-01-30T08:28:57Z","id":81922,"what":"page.viewed"},{"at":"2025-01-30T08:32:11Z","id":81923,"what":"page.viewed"},{"at":"2025-01-30T08:33:01Z","id":81924,"what":"chat.started"}]},{"p":"enter","c":"score.intent >= 70","t":"unknown"},{"p":"enter","c":"score.likelihood >= 0.3","t":"unknown"}]}'),
	(46, 1, 1762603279000000, 2, 2, 5, 'cooled', 1, 1762603279000000, '', '{"v":1,"rule":{"leave":["prospect",0]},"because":[{"p":"leave","c":"dwell() >= days(180)","t":"true","s":"282 days"},{"p":"leave","c":"did(\"*\", days(180), direction == \"inbound\")","t":"false"}]}'),
	(48, 1, 1775141880000000, 0, 0, 1, NULL, 1, 1775141880000000, 'finder', '{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"d.lesniak@malinowo-hurtspozywczy.example","on":[{"at":"2026-04-02T14:58:00Z","id":98305,"what":"person.email","source":"finder"}]},{"p":"enter","c":"known(person.phone)","t":"false"}]}'),
	(50, 1, 1745211620000000, 0, 0, 1, NULL, 1, 1745211620000000, 'partners', '{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"turid.teigland@otterau-agrar.example","on":[{"at":"2025-04-21T05:00:20Z","id":114689,"what":"person.email","source":"feed"}]},{"p":"enter","c":"known(person.phone)","t":"false"}]}'),
	(52, 1, 1745241132000000, 0, 0, 1, NULL, 1, 1745241132000000, 'website', '{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"niklas.juergens@otterau-agrar.example","on":[{"at":"2025-04-21T13:12:12Z","id":131074,"what":"person.email","source":"trial"}]},{"p":"enter","c":"known(person.phone)","t":"true","s":"+495555132744","on":[{"at":"2025-04-21T13:12:12Z","id":131074,"what":"person.phone","source":"trial"}]}]}'),
	(54, 1, 1782829058000000, 0, 0, 1, NULL, 1, 1782829058000000, 'website', '{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"natalia.falcao@ribeirafria.example","on":[{"at":"2026-06-30T14:17:38Z","id":147459,"what":"person.email","source":"form"}]},{"p":"enter","c":"known(person.phone)","t":"true","s":"+3515558274337","on":[{"at":"2026-06-30T14:17:38Z","id":147459,"what":"person.phone","source":"form"}]}]}'),
	(56, 1, 1789547088000000, 0, 0, 1, NULL, 1, 1789547088000000, 'website', '{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"estevao.madureira@ribeirafria.example","on":[{"at":"2026-09-16T08:24:48Z","id":163846,"what":"person.email","source":"chat"}]},{"p":"enter","c":"known(person.phone)","t":"false"}]}'),
	(58, 1, 1743675593000000, 0, 0, 1, NULL, 1, 1743675593000000, 'website', '{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"raffaella.orsenigo@piepetra.example","on":[{"at":"2025-04-03T10:19:53Z","id":180227,"what":"person.email","source":"form"}]},{"p":"enter","c":"known(person.phone)","t":"false"}]}'),
	(6150, 1, 1795926158212191, 0, 0, 1, NULL, 1, 1795926158212191, 'forms', '{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"ann@fixture.example","on":[{"at":"2026-11-29T04:22:38.212191Z","id":3319783122113844942,"what":"person.email","source":"import"}]},{"p":"enter","c":"known(person.phone)","t":"false"}]}'),
	(6152, 1, 1795926158212191, 0, 0, 1, NULL, 1, 1795926158212191, 'forms', '{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"ben@fixture.example","on":[{"at":"2026-11-29T04:22:38.212191Z","id":1927804670163871489,"what":"person.email","source":"import"}]},{"p":"enter","c":"known(person.phone)","t":"false"}]}'),
	(46, 4097, 1747051279000000, 0, 0, 1, NULL, 1, 1747051279000000, 'website', '{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"did(\"form.submitted\")","t":"true","on":[{"at":"2025-05-12T12:01:19Z","id":81935,"what":"form.submitted"}]}]}'),
	(54, 4097, 1782829058000000, 0, 0, 1, NULL, 1, 1782829058000000, 'website', '{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"did(\"form.submitted\")","t":"true","on":[{"at":"2026-06-30T14:17:38Z","id":147460,"what":"form.submitted"}]}]}'),
	(6150, 4097, 1767571200000000, 0, 0, 1, NULL, 1, 1767571200000000, 'forms', '{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"did(\"form.submitted\")","t":"true","on":[{"at":"2026-01-05T00:00:00Z","id":953017951161860355,"what":"form.submitted"}]}]}'),
	(6152, 4097, 1767657600000000, 0, 0, 1, NULL, 1, 1767657600000000, 'forms', '{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"did(\"form.submitted\")","t":"true","on":[{"at":"2026-01-06T00:00:00Z","id":7562572443067870440,"what":"form.submitted"}]}]}'),
	(6150, 1, 1795926158497596, 1, 1, 6, 'a fixture', 1, 1795926158497596, '', '{"v":1,"rule":{"hand":7169}}');
INSERT INTO public.workspace VALUES
	(1, 'Sluice', 'UTC', 1795926158090750);
ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_pkey PRIMARY KEY (subject_id, occurred_at, id);
ALTER TABLE ONLY public.approval
    ADD CONSTRAINT approval_pkey PRIMARY KEY (draft_id, team);
ALTER TABLE ONLY public.backtest
    ADD CONSTRAINT backtest_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.company_deed
    ADD CONSTRAINT company_deed_pkey PRIMARY KEY (company_id, activities, occurred_at, subject_id, activity_id, point, counts_from);
ALTER TABLE ONLY public.company
    ADD CONSTRAINT company_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.company_score
    ADD CONSTRAINT company_score_pkey PRIMARY KEY (company_id, rule, crossed_at);
ALTER TABLE ONLY public.company_watch
    ADD CONSTRAINT company_watch_pkey PRIMARY KEY (company_id);
ALTER TABLE ONLY public.definition
    ADD CONSTRAINT definition_pkey PRIMARY KEY (lens_id, version);
ALTER TABLE ONLY public.dispute
    ADD CONSTRAINT dispute_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.draft
    ADD CONSTRAINT draft_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.flow
    ADD CONSTRAINT flow_pkey PRIMARY KEY (lens_id, cohort_day, from_stage, to_stage, via);
ALTER TABLE ONLY public.former_employee
    ADD CONSTRAINT former_employee_pkey PRIMARY KEY (company_id, person_id);
ALTER TABLE ONLY public.handoff
    ADD CONSTRAINT handoff_pkey PRIMARY KEY (person_id, lens_id, handed_at, seq);
ALTER TABLE ONLY public.id_block
    ADD CONSTRAINT id_block_pkey PRIMARY KEY (space);
ALTER TABLE ONLY public.import_note
    ADD CONSTRAINT import_note_pkey PRIMARY KEY (import_id, "row");
ALTER TABLE ONLY public.import
    ADD CONSTRAINT import_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.import_rejection
    ADD CONSTRAINT import_rejection_pkey PRIMARY KEY (import_id, "row");
ALTER TABLE ONLY public.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.kept_since
    ADD CONSTRAINT kept_since_pkey PRIMARY KEY (what);
ALTER TABLE ONLY public.lens_choice
    ADD CONSTRAINT lens_choice_pkey PRIMARY KEY (user_id);
ALTER TABLE ONLY public.lens
    ADD CONSTRAINT lens_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (slice, name);
ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.segment_activity
    ADD CONSTRAINT segment_activity_pkey PRIMARY KEY (word_id, person_id, from_at);
ALTER TABLE ONLY public.segment_fact
    ADD CONSTRAINT segment_fact_pkey PRIMARY KEY (word_id, person_id, from_at);
ALTER TABLE ONLY public.segment_word
    ADD CONSTRAINT segment_word_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (token_hash);
ALTER TABLE ONLY public.setting
    ADD CONSTRAINT setting_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.sign_in_try
    ADD CONSTRAINT sign_in_try_pkey PRIMARY KEY (bucket);
ALTER TABLE ONLY public.stage_tally
    ADD CONSTRAINT stage_tally_pkey PRIMARY KEY (lens_id, stage);
ALTER TABLE ONLY public.standing
    ADD CONSTRAINT standing_pkey PRIMARY KEY (lens_id, person_id);
ALTER TABLE ONLY public.subject_key
    ADD CONSTRAINT subject_key_pkey PRIMARY KEY (of_company, kind, value);
ALTER TABLE ONLY public.team_user
    ADD CONSTRAINT team_user_email_key_key UNIQUE (email_key);
ALTER TABLE ONLY public.team_user
    ADD CONSTRAINT team_user_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.token
    ADD CONSTRAINT token_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.token
    ADD CONSTRAINT token_token_hash_key UNIQUE (token_hash);
ALTER TABLE ONLY public.transition
    ADD CONSTRAINT transition_pkey PRIMARY KEY (person_id, lens_id, moved_at, seq);
ALTER TABLE ONLY public.workspace
    ADD CONSTRAINT workspace_pkey PRIMARY KEY (id);
CREATE INDEX backtest_started ON public.backtest USING btree (started_at, id);
CREATE INDEX company_deed_subject ON public.company_deed USING btree (subject_id);
CREATE INDEX company_watch_next ON public.company_watch USING btree (next_at) WHERE (next_at IS NOT NULL);
CREATE INDEX dispute_open ON public.dispute USING btree (raised_at) WHERE (resolved_at IS NULL);
CREATE INDEX dispute_person ON public.dispute USING btree (person_id, lens_id);
CREATE INDEX draft_changed ON public.draft USING btree (changed_at, id);
CREATE INDEX former_employee_person ON public.former_employee USING btree (person_id);
CREATE INDEX handoff_handed ON public.handoff USING btree (lens_id, handed_at);
CREATE INDEX handoff_waiting ON public.handoff USING btree (lens_id, handed_at, person_id) WHERE (outcome = 0);
CREATE INDEX job_done ON public.job USING btree (done_at) WHERE (done_at IS NOT NULL);
CREATE INDEX job_due ON public.job USING btree (run_at, id) WHERE (done_at IS NULL);
CREATE UNIQUE INDEX job_once ON public.job USING btree (name, unique_key) WHERE (done_at IS NULL);
CREATE INDEX person_company ON public.person USING btree (company_id) WHERE (company_id IS NOT NULL);
CREATE UNIQUE INDEX segment_word_word ON public.segment_word USING btree (of_activity, word);
CREATE INDEX session_by_expiry ON public.session USING btree (expires_at);
CREATE INDEX session_of_user ON public.session USING btree (user_id);
CREATE INDEX sign_in_try_by_age ON public.sign_in_try USING btree (since_at);
CREATE INDEX standing_engagement ON public.standing USING btree (lens_id, stage, engagement_key, person_id);
CREATE INDEX standing_fit ON public.standing USING btree (lens_id, stage, fit_low, person_id);
CREATE INDEX standing_name ON public.standing USING btree (lens_id, stage, name_key, person_id);
CREATE INDEX standing_next ON public.standing USING btree (next_at) WHERE (next_at IS NOT NULL);
CREATE INDEX standing_touched ON public.standing USING btree (lens_id, stage, touched_at, person_id);
CREATE INDEX subject_key_subject ON public.subject_key USING btree (subject_id);
CREATE INDEX token_of_user ON public.token USING btree (user_id);
ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.team_user(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.token
    ADD CONSTRAINT token_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.team_user(id) ON DELETE CASCADE;
