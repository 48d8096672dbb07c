PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE migration (
    slice text not null, name text not null, hash text not null, applied_at bigint not null,
    primary key (slice, name));
INSERT INTO migration VALUES('platform','0001_platform','2557fb4c1e8d0b20e240a8aa0622952b59c8ddeacad2caaae44b528e4e72636e',1795926156567569);
INSERT INTO migration VALUES('team','0001_team','8a228de234fe2a4375c51387dc552343ed3db59ff5eaa3be76599c8144f0e1ef',1795926156572762);
INSERT INTO migration VALUES('team','0002_token','b21c3f8b97121d9a9456b2e460694b67f6dffea2d5336f5134409ec25ce226bc',1795926156574951);
INSERT INTO migration VALUES('journal','0001_activity','08b72c7e55a917af2e4278b4bfdcc86657651df0805e9782ca32c6f7ba43db8f',1795926156578881);
INSERT INTO migration VALUES('people','0001_people','6dbcad3d10898f2d9299b442e15e8ab94a2f1070b4e2523d88cab7b0af496420',1795926156591979);
INSERT INTO migration VALUES('people','0002_import_notes','20c8faa1d21cf5addde029f4cd66ef357394e1cc24960ddc4ba6b2bef5f6c667',1795926156599193);
INSERT INTO migration VALUES('people','0003_standing_revision','068951e5f9fb6cebd4c52feed7239bbad4f57a6d4fbce76a39f961cedf8899fe',1795926156600581);
INSERT INTO migration VALUES('funnels','0001_funnels','efe246cc640aca0e658842bf651549d2f0388064b6131c3dbc48ecf98ced39e1',1795926156602982);
INSERT INTO migration VALUES('funnels','0002_backtest','b9a8f5d9dcb1a504e16d76c56757239c03e68f07cf1d5a9dfbe820356cc3be08',1795926156606894);
INSERT INTO migration VALUES('funnels','0003_lenses_and_drafts','4e9a62bf828b45bcd481d5a4147ccd231adb295e6d8c24d92fb556ad34ba1995',1795926156610957);
INSERT INTO migration VALUES('funnels','0004_dispute','67e90f301168dece974decf5e8d32dd567585ad2c61926416ccdb2a98a0d0acf',1795926156614926);
INSERT INTO migration VALUES('funnels','0005_segment','e9e8ba8f4ce06aeb8c7628969d8b6ce2f9eecad2829635a59699d2376a0b1fb7',1795926156618979);
INSERT INTO migration VALUES('funnels','0006_handoffs','6a1dda137cbe597e2a50f9e6a96cd376b56d54fcd0ac0acadf442fd2b04811c4',1795926156622982);
INSERT INTO migration VALUES('funnels','0007_company_score','560a7a39086787cfe1ad36c196adde2f537dac09ca26106a1bb3dd26aadceb88',1795926156627010);
INSERT INTO migration VALUES('funnels','0008_former_employee','b8f7f65f50427a54a534d416d8d006c328fabc50f71ab5755ed6cf888379ed68',1795926156630915);
CREATE TABLE id_block (
    space text not null primary key,
    next_id bigint not null
);
INSERT INTO id_block VALUES('all',8193);
CREATE TABLE setting (
    name text not null primary key,
    value text not null
);
INSERT INTO setting VALUES('public_id.secret','bzqgapf71kdnqwte9hvnqm0vwv');
CREATE TABLE job (
    id bigint not null primary key,
    name text not null,
    unique_key text,
    payload text not null,
    run_at bigint not null,
    attempts bigint not null default 0,
    leased_by text,
    lease_until bigint,
    cancel_asked_at bigint,
    progress text,
    result text,
    last_error text,
    done_at bigint,
    outcome text
);
INSERT INTO job VALUES(2,'server.demo','demo','{"people":12,"seed":1,"until":1795926156658768}',1795926156658768,1,NULL,NULL,NULL,'{"company":6,"done":12,"total":12,"entries":217}','{"people":12,"companies":6,"entries":217}',NULL,1795926156682801,'done');
INSERT INTO job VALUES(3074,'people.import','3073','{"import":3073}',1795926157230729,1,NULL,NULL,NULL,'{"in":3,"created":2,"updated":0,"unchanged":0,"rejected":1,"noted":0,"bytes":134,"of_bytes":134}','{"in":3,"created":2,"updated":0,"unchanged":0,"rejected":1}',NULL,1795926157251756,'done');
INSERT INTO job VALUES(4098,'funnels.refold',NULL,'{"lens":4097,"version":1}',1795926157297603,1,NULL,NULL,NULL,'{"after":6152,"done":14,"total":14}','{"people":14}',NULL,1795926157314806,'done');
INSERT INTO job VALUES(6146,'funnels.words','words','{}',1795926157354629,1,NULL,NULL,NULL,'{"done":14,"total":14}','{"people":14}',NULL,1795926157374805,'done');
CREATE TABLE workspace (
    id         bigint primary key check (id = 1),
    name       text   not null,
    zone       text   not null,
    set_up_at  bigint not null
);
INSERT INTO workspace VALUES(1,'Sluice','UTC',1795926157135989);
CREATE TABLE team_user (
    id            bigint primary key,
    email         text   not null,
    email_key     text   not null unique,
    name          text   not null,
    role          text   not null,
    password_hash text,
    created_at    bigint not null
);
INSERT INTO team_user VALUES(3,'matthias@fernwheel.example','matthias@fernwheel.example','Matthias Ohlendorf','member',NULL,1795926156667434);
INSERT INTO team_user VALUES(4,'annika@fernwheel.example','annika@fernwheel.example','Annika Thorwald','member',NULL,1795926156667434);
INSERT INTO team_user VALUES(5,'claire@fernwheel.example','claire@fernwheel.example','Claire Dumesnil','member',NULL,1795926156667434);
INSERT INTO team_user VALUES(6,'bram@fernwheel.example','bram@fernwheel.example','Bram Oosterling','member',NULL,1795926156667434);
INSERT INTO team_user VALUES(7,'piotr@fernwheel.example','piotr@fernwheel.example','Piotr Zaleski','member',NULL,1795926156667434);
INSERT INTO team_user VALUES(8,'giulia@fernwheel.example','giulia@fernwheel.example','Giulia Serrano','member',NULL,1795926156667434);
INSERT INTO team_user VALUES(9,'oona@fernwheel.example','oona@fernwheel.example','Oona Rautio','member',NULL,1795926156667434);
INSERT INTO team_user VALUES(10,'yasmin@fernwheel.example','yasmin@fernwheel.example','Yasmin Aydın','member',NULL,1795926156667434);
INSERT INTO team_user VALUES(11,'tomas@fernwheel.example','tomas@fernwheel.example','Tomás Veiga','member',NULL,1795926156667434);
INSERT INTO team_user VALUES(1025,'mara@fixture.example','mara@fixture.example','mara','owner','$argon2id$v=19$m=65536,t=3,p=4$9be0DtGMdQCW43j1hAn1RQ$Xzc40AfWQMEfdaSXY96SnbZMW5YkcLzlm8Cmv2GhZ9A',1795926157135989);
CREATE TABLE session (
    token_hash   blob primary key,
    user_id      bigint not null references team_user (id) on delete cascade,
    created_at   bigint not null,
    last_used_at bigint not null,
    expires_at   bigint not null
);
CREATE TABLE sign_in_try (
    bucket   blob primary key,
    tries    bigint not null,
    since_at bigint not null
);
CREATE TABLE token (
    id           bigint primary key,
    token_hash   blob not null unique,
    user_id      bigint not null references team_user (id) on delete cascade,
    name         text   not null,
    scope        text   not null,
    created_at   bigint not null,
    expires_at   bigint,
    last_used_at bigint,
    revoked_at   bigint
);
INSERT INTO token VALUES(2049,X'51c1557f7be418439c40145c8e5f23e1004b5f338777cfdd2878bfb7e3c29825',1025,'fixture','write',1795926157175706,NULL,NULL,NULL);
CREATE TABLE activity (
    subject_id  bigint not null,
    occurred_at bigint not null,
    id          bigint not null,
    recorded_at bigint not null,
    kind        text   not null,
    channel     bigint,
    direction   bigint,
    agent       bigint not null,
    campaign    text,
    source      text,
    actor_id    bigint,
    properties  text,
    primary key (subject_id, occurred_at, id)
) without rowid;
INSERT INTO activity VALUES(25,1780905626000000,8193,1780905626000000,'fact.observed',NULL,3,1,NULL,'import',NULL,'{"facts":{"company.name":"Birkensiel Fleischwaren GmbH","company.domain":"birkensiel.example","company.country":"DE"}}');
INSERT INTO activity VALUES(25,1780908749000000,8194,1780908749000000,'fact.observed',NULL,3,1,NULL,'enrichment',NULL,'{"facts":{"company.industry":"food","company.employees":1950,"company.technologies":["route-planning","telematics","stock-system","spreadsheets","crm"]},"confidence":{"company.technologies":80}}');
INSERT INTO activity VALUES(25,1780977600000000,8195,1780977600000000,'fact.observed',NULL,3,1,NULL,'intent',NULL,'{"facts":{"score.intent":14}}');
INSERT INTO activity VALUES(25,1781707565000000,8196,1781707565000000,'fact.observed',NULL,3,1,NULL,'call',NULL,'{"facts":{"company.budget":270000},"expires":{"company.budget":1813243565000000}}');
INSERT INTO activity VALUES(25,1782014400000000,8197,1782014400000000,'fact.observed',NULL,3,1,NULL,'intent',NULL,'{"facts":{"score.intent":33}}');
INSERT INTO activity VALUES(25,1783656000000000,8198,1783656000000000,'fact.observed',NULL,3,1,NULL,'intent',NULL,'{"facts":{"score.intent":66}}');
INSERT INTO activity VALUES(25,1787544000000000,8199,1787544000000000,'fact.observed',NULL,3,1,NULL,'intent',NULL,'{"facts":{"score.intent":26}}');
INSERT INTO activity VALUES(27,1738225569000000,24577,1738225569000000,'fact.observed',NULL,3,1,NULL,'form',NULL,'{"facts":{"company.name":"Fernfield Freight Ltd","company.domain":"fernfield-freight.example","company.country":"GB"}}');
INSERT INTO activity VALUES(27,1738229595000000,24578,1738229595000000,'fact.observed',NULL,3,1,NULL,'enrichment',NULL,'{"facts":{"company.industry":"logistics","company.employees":59}}');
INSERT INTO activity VALUES(27,1764667448000000,24579,1764667448000000,'fact.observed',NULL,3,1,NULL,'enrichment',NULL,'{"facts":{"company.employees":69}}');
INSERT INTO activity VALUES(29,1775141880000000,40961,1775141880000000,'fact.observed',NULL,3,1,NULL,'finder',NULL,'{"facts":{"company.name":"Malinowo Hurt Spożywczy","company.domain":"malinowo-hurtspozywczy.example","company.country":"PL"}}');
INSERT INTO activity VALUES(29,1775148958000000,40962,1775148958000000,'fact.observed',NULL,3,1,NULL,'enrichment',NULL,'{"facts":{"company.industry":"food","company.employees":3,"company.technologies":["spreadsheets"]},"confidence":{"company.technologies":80}}');
INSERT INTO activity VALUES(29,1775188800000000,40963,1775188800000000,'fact.observed',NULL,3,1,NULL,'intent',NULL,'{"facts":{"score.intent":11}}');
INSERT INTO activity VALUES(29,1789790400000000,40964,1789790400000000,'fact.observed',NULL,3,1,NULL,'intent',NULL,'{"facts":{"score.intent":44}}');
INSERT INTO activity VALUES(29,1791259200000000,40965,1791259200000000,'fact.observed',NULL,3,1,NULL,'intent',NULL,'{"facts":{"score.intent":63}}');
INSERT INTO activity VALUES(29,1794628800000000,40966,1794628800000000,'fact.observed',NULL,3,1,NULL,'intent',NULL,'{"facts":{"score.intent":17}}');
INSERT INTO activity VALUES(31,1745211620000000,57345,1745211620000000,'fact.observed',NULL,3,1,NULL,'feed',NULL,'{"facts":{"company.name":"Otterau Agrar","company.domain":"otterau-agrar.example","company.country":"DE"}}');
INSERT INTO activity VALUES(31,1745216360000000,57346,1745216360000000,'fact.observed',NULL,3,1,NULL,'enrichment',NULL,'{"facts":{"company.industry":"agriculture"}}');
INSERT INTO activity VALUES(31,1755522580000000,57347,1755522580000000,'fact.observed',NULL,3,1,NULL,'call',NULL,'{"facts":{"company.budget":2900},"expires":{"company.budget":1787058580000000}}');
INSERT INTO activity VALUES(33,1782828627000000,73729,1782828627000000,'fact.observed',NULL,3,1,NULL,'form',NULL,'{"facts":{"company.name":"Conserveira Ribeirafria","company.domain":"ribeirafria.example","company.country":"PT"}}');
INSERT INTO activity VALUES(33,1782835620000000,73730,1782835620000000,'fact.observed',NULL,3,1,NULL,'enrichment',NULL,'{"facts":{"company.industry":"food","company.employees":17,"company.technologies":["telematics","telephony"]},"confidence":{"company.technologies":80}}');
INSERT INTO activity VALUES(33,1782914067000000,73731,1782914067000000,'fact.observed',NULL,3,1,NULL,'enrichment',NULL,'{"facts":{"company.budget":2100},"expires":{"company.budget":1814450067000000},"confidence":{"company.budget":60}}');
INSERT INTO activity VALUES(35,1743675324000000,90113,1743675324000000,'fact.observed',NULL,3,1,NULL,'form',NULL,'{"facts":{"company.name":"Salumificio Piepetra","company.domain":"piepetra.example"}}');
INSERT INTO activity VALUES(35,1743677066000000,90114,1743677066000000,'fact.observed',NULL,3,1,NULL,'enrichment',NULL,'{"facts":{"company.industry":"food"}}');
INSERT INTO activity VALUES(35,1762523007000000,90115,1762523007000000,'fact.observed',NULL,3,1,NULL,'enrichment',NULL,'{"facts":{"company.employees":390}}');
INSERT INTO activity VALUES(36,1795510863000000,1,1795510863000000,'fact.observed',NULL,3,1,NULL,'finder',NULL,'{"facts":{"person.name":"Rosalie Schönbeck","person.email":"r.schoenbeck@birkensiel.example","person.phone":"+495550000000","person.title":"Controller","person.country":"DE"}}');
INSERT INTO activity VALUES(36,1795510863000000,6821901638952929965,1795510863000000,'fact.observed',NULL,3,1,NULL,'demo',NULL,'{"facts":{"person.works_at":"cmp_5bjx311ctdp0m","person.owner":"usr_fz7ps3vmcjem3"}}');
INSERT INTO activity VALUES(36,1795513565000000,2,1795513565000000,'fact.observed',NULL,3,1,NULL,'enrichment',NULL,'{"facts":{"person.seniority":"specialist","person.title":"Controller"},"confidence":{"person.seniority":60,"person.title":60}}');
INSERT INTO activity VALUES(36,1795711188000000,3,1795711188000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"650 vehicles, fewer kilometres","text":"Guten Tag Rosalie, firms with a dozen depots like yours often tell us of temperatures noted down by hand. May I show you in a quarter of an hour what others do about it? Best wishes, Matthias"}');
INSERT INTO activity VALUES(36,1795711208000000,4,1795711208000000,'email.replied',2,1,2,NULL,'demo',NULL,'{"subject":"Out of office","text":"I am travelling and read mail rarely until Wednesday. In urgent cases call the dispatch desk."}');
INSERT INTO activity VALUES(38,1780581600000000,16385,1780905626000000,'note.written',5,3,1,'fair-transporama-2026','demo',NULL,'{"text":"Talked at our stand."}');
INSERT INTO activity VALUES(38,1780581600000000,6821901638952929965,1780905626000000,'fact.observed',NULL,3,1,NULL,'demo',NULL,'{"facts":{"person.works_at":"cmp_5bjx311ctdp0m","person.owner":"usr_fz7ps3vmcjem3"}}');
INSERT INTO activity VALUES(38,1780905626000000,16386,1780905626000000,'fact.observed',NULL,3,1,NULL,'import',NULL,'{"facts":{"person.name":"Detlef Uhlenbrock","person.email":"d.uhlenbrock@birkensiel.example","person.phone":"+495553141593"}}');
INSERT INTO activity VALUES(38,1780907426000000,16387,1780907426000000,'email.sent',2,2,1,'fair-transporama-2026','demo',NULL,'{"bulk":true}');
INSERT INTO activity VALUES(38,1780908301000000,16388,1780908301000000,'fact.observed',NULL,3,1,NULL,'enrichment',NULL,'{"facts":{"person.seniority":"manager"},"confidence":{"person.seniority":90}}');
INSERT INTO activity VALUES(38,1781014781000000,16389,1781014781000000,'call.made',3,2,1,NULL,'demo',NULL,'{"text":"No answer. Try again on Tuesday."}');
INSERT INTO activity VALUES(38,1781195812000000,16390,1781195812000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"Re: Tours at Birkensiel Fleischwaren","text":"Guten Tag Detlef, a colleague of yours downloaded our paper, which made me think of you. If this is not for you, tell me and I will leave you in peace."}');
INSERT INTO activity VALUES(38,1781790102000000,16391,1781790102000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/blog/peak-season"}');
INSERT INTO activity VALUES(38,1781790131000000,16392,1781790131000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/customers"}');
INSERT INTO activity VALUES(38,1781790382000000,16393,1781790382000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/product/drivers-app"}');
INSERT INTO activity VALUES(38,1782479791000000,16394,1782479791000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/customers/cold-chain"}');
INSERT INTO activity VALUES(38,1782479987000000,16395,1782479987000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/customers"}');
INSERT INTO activity VALUES(38,1782480158000000,16396,1782480158000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/pricing/calculator"}');
INSERT INTO activity VALUES(38,1782480331000000,16397,1782480331000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/product"}');
INSERT INTO activity VALUES(38,1782480357000000,16398,1782480357000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/blog/driver-hours"}');
INSERT INTO activity VALUES(38,1782480420000000,16399,1782480420000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/"}');
INSERT INTO activity VALUES(38,1782480503000000,16400,1782480503000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/product/replanning"}');
INSERT INTO activity VALUES(38,1782480571000000,16401,1782480571000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/pricing"}');
INSERT INTO activity VALUES(40,1786025429000000,32769,1786025429000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/security"}');
INSERT INTO activity VALUES(40,1786025429000000,6821901638952929965,1786025429000000,'fact.observed',NULL,3,1,NULL,'demo',NULL,'{"facts":{"person.works_at":"cmp_5bjx311ctdp0m"}}');
INSERT INTO activity VALUES(40,1786025650000000,32770,1786025650000000,'fact.observed',NULL,3,1,NULL,'form',NULL,'{"facts":{"person.name":"Sönke Weißgerber","person.email":"s.weissgerber@birkensiel.example","person.country":"DE"}}');
INSERT INTO activity VALUES(40,1786025650000000,32771,1786025650000000,'newsletter.subscribed',1,1,1,NULL,'demo',NULL,NULL);
INSERT INTO activity VALUES(40,1786028094000000,32772,1786028094000000,'fact.observed',NULL,3,1,NULL,'enrichment',NULL,'{"facts":{"person.seniority":"c-level","person.title":"CIO"},"confidence":{"person.seniority":60,"person.title":60}}');
INSERT INTO activity VALUES(40,1788242402000000,32773,1788242402000000,'email.sent',2,2,1,'letter-2026-09','demo',NULL,'{"bulk":true,"subject":"Cold, on time and proven"}');
INSERT INTO activity VALUES(40,1790346528000000,32774,1790346528000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/product/drivers-app"}');
INSERT INTO activity VALUES(40,1791266402000000,32775,1791266402000000,'email.sent',2,2,1,'letter-2026-10','demo',NULL,'{"bulk":true,"subject":"The ramp is not a car park"}');
INSERT INTO activity VALUES(40,1793685602000000,32776,1793685602000000,'email.sent',2,2,1,'letter-2026-11','demo',NULL,'{"bulk":true,"subject":"How Monday became quiet"}');
INSERT INTO activity VALUES(42,1792396802000000,49153,1792396802000000,'fact.observed',NULL,3,1,NULL,'import',NULL,'{"facts":{"person.name":"Falk Zellmann","person.email":"f.zellmann@birkensiel.example","person.phone":"+495559424779","person.title":"Transport Manager"}}');
INSERT INTO activity VALUES(42,1792396802000000,6821901638952929965,1792396802000000,'fact.observed',NULL,3,1,NULL,'demo',NULL,'{"facts":{"person.works_at":"cmp_5bjx311ctdp0m","person.owner":"usr_fz7ps3vmcjem3"}}');
INSERT INTO activity VALUES(42,1792398602000000,49154,1792398602000000,'email.sent',2,2,1,'fair-baltic-freight-2026','demo',NULL,'{"bulk":true}');
INSERT INTO activity VALUES(42,1793002065000000,49155,1793002065000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"650 vehicles, fewer kilometres","text":"Guten Tag Falk, I read that Birkensiel Fleischwaren is growing, and with it usually tours planned in a spreadsheet. May I show you in a quarter of an hour what others do about it?"}');
INSERT INTO activity VALUES(42,1793086098000000,49156,1793086098000000,'email.opened',2,1,1,NULL,'demo',NULL,NULL);
INSERT INTO activity VALUES(42,1793628427000000,49157,1793628427000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"Re: Tours at Birkensiel Fleischwaren","text":"Dear Falk, I know Wednesdays are busy, so only this: If this is not for you, tell me and I will leave you in peace."}');
INSERT INTO activity VALUES(42,1793634882000000,49158,1794196482000000,'email.replied',2,1,1,NULL,'demo',NULL,'{"says":"not now","subject":"Re: Tours at Birkensiel Fleischwaren","text":"Dear Matthias, the finance director has stopped all new projects for now. Write again in September. Falk"}');
INSERT INTO activity VALUES(42,1793652229000000,49159,1793652229000000,'email.opened',2,1,1,NULL,'demo',NULL,NULL);
INSERT INTO activity VALUES(44,1782308970000000,65537,1782308970000000,'fact.observed',NULL,3,1,NULL,'form',NULL,'{"facts":{"person.name":"Małgorzata Bieńkowska","person.email":"m.bienkowska@birkensiel.example","person.country":"DE"}}');
INSERT INTO activity VALUES(44,1782308970000000,65538,1782308970000000,'webinar.registered',6,1,1,'webinar-depots-and-ramps-2026','demo',NULL,'{"about":"depots-and-ramps"}');
INSERT INTO activity VALUES(44,1782308970000000,6821901638952929965,1782308970000000,'fact.observed',NULL,3,1,NULL,'demo',NULL,'{"facts":{"person.works_at":"cmp_5bjx311ctdp0m","person.owner":"usr_fz7ps3vmcjem3"}}');
INSERT INTO activity VALUES(44,1782312645000000,65539,1782312645000000,'fact.observed',NULL,3,1,NULL,'enrichment',NULL,'{"facts":{"person.seniority":"specialist"},"confidence":{"person.seniority":90}}');
INSERT INTO activity VALUES(44,1782469503000000,65540,1782469503000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"Tours at Birkensiel Fleischwaren","text":"Guten Tag Małgorzata, I read that Birkensiel Fleischwaren is growing, and with it usually customers calling to ask where their goods are. Fernwheel plans a day''s tours in 4 minutes. Would that be worth a short call?"}');
INSERT INTO activity VALUES(44,1782714497000000,65541,1783286897000000,'call.made',3,2,1,NULL,'demo',NULL,'{"text":"Line busy. Try again on Thursday."}');
INSERT INTO activity VALUES(44,1782719141000000,65542,1782719141000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/"}');
INSERT INTO activity VALUES(44,1782913004000000,65543,1782913004000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"Once more on planning","text":"Dear Małgorzata, I know Wednesdays are busy, so only this: We have a short sheet on returns that nobody has planned for. Shall I send it?"}');
INSERT INTO activity VALUES(44,1783354551000000,65544,1783354551000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/pricing"}');
INSERT INTO activity VALUES(44,1783596566000000,65545,1783596566000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/customers/cold-chain"}');
INSERT INTO activity VALUES(44,1783929447000000,65546,1783929447000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/product"}');
INSERT INTO activity VALUES(44,1784715411000000,65547,1784715411000000,'email.received',2,1,1,NULL,'demo',NULL,'{"subject":"Are you the right person?","text":"Good morning, a driver of ours saw your app at a customer''s ramp. Please send prices. Małgorzata"}');
INSERT INTO activity VALUES(44,1784716121000000,65548,1784716121000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"Re: Tours at Birkensiel Fleischwaren","text":"Guten Tag Małgorzata, thank you for your answer. The drivers'' app works without a signal and sends later. Would Friday at ten suit you?"}');
INSERT INTO activity VALUES(44,1784790624000000,65549,1784790624000000,'call.made',3,2,1,NULL,'demo',NULL,NULL);
INSERT INTO activity VALUES(44,1784790655000000,65550,1784790655000000,'call.connected',3,1,1,NULL,'demo',NULL,'{"text":"Reached Małgorzata at the second attempt. They plan 650 vehicles with a tool from 2009; the trouble is returns that nobody has planned for. Call again on Thursday."}');
INSERT INTO activity VALUES(44,1784791045000000,65551,1784791045000000,'criterion.answered',5,3,1,NULL,'demo',NULL,'{"criterion":"budget","value":"no"}');
INSERT INTO activity VALUES(44,1784791045000000,65552,1784791045000000,'fact.observed',NULL,3,1,NULL,'call',NULL,'{"facts":{"person.title":"Analyst","person.seniority":"specialist"}}');
INSERT INTO activity VALUES(44,1784791047000000,65553,1784791047000000,'criterion.answered',5,3,1,NULL,'demo',NULL,'{"criterion":"authority","value":"no"}');
INSERT INTO activity VALUES(44,1784791049000000,65554,1784791049000000,'criterion.answered',5,3,1,NULL,'demo',NULL,'{"criterion":"need","value":"yes"}');
INSERT INTO activity VALUES(44,1784791051000000,65555,1784791051000000,'criterion.answered',5,3,1,NULL,'demo',NULL,'{"criterion":"timing","value":"no"}');
INSERT INTO activity VALUES(44,1785143306000000,65556,1785143306000000,'meeting.booked',5,1,1,NULL,'demo',NULL,'{"about":"demo","starts":{"t":1786957743000000}}');
INSERT INTO activity VALUES(44,1786960743000000,65557,1786960743000000,'demo.held',5,1,1,NULL,'demo',NULL,'{"text":"Demo for 7 people. Asked a lot about the drivers'' app. Will talk to the managing director."}');
INSERT INTO activity VALUES(44,1786960983000000,65558,1787605383000000,'criterion.answered',5,3,1,NULL,'demo',NULL,'{"criterion":"budget","value":"yes"}');
INSERT INTO activity VALUES(44,1786960985000000,65559,1787605385000000,'criterion.answered',5,3,1,NULL,'demo',NULL,'{"criterion":"authority","value":"yes"}');
INSERT INTO activity VALUES(44,1786960987000000,65560,1787605387000000,'criterion.answered',5,3,1,NULL,'demo',NULL,'{"criterion":"need","value":"yes"}');
INSERT INTO activity VALUES(44,1786960989000000,65561,1787605389000000,'criterion.answered',5,3,1,NULL,'demo',NULL,'{"criterion":"timing","value":"yes"}');
INSERT INTO activity VALUES(44,1787039493000000,65562,1787039493000000,'deal.opened',5,3,1,NULL,'demo',NULL,'{"deal":"D-4-1","amount_minor":9885000,"currency":"EUR","step":"evaluation","close":{"t":1795593093000000}}');
INSERT INTO activity VALUES(44,1787295640000000,65563,1787295640000000,'trial.started',8,1,1,NULL,'demo',NULL,NULL);
INSERT INTO activity VALUES(44,1787812125000000,65564,1787812125000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/customers"}');
INSERT INTO activity VALUES(44,1788951906000000,65565,1788951906000000,'proposal.sent',2,2,1,NULL,'demo',NULL,'{"deal":"D-4-1","amount_minor":9885000,"currency":"EUR","subject":"Our offer for 650 vehicles","text":"Guten Tag Małgorzata, as agreed, the offer with the drivers'' app. Two sites could begin in January."}');
INSERT INTO activity VALUES(44,1789031890000000,65566,1789031890000000,'proposal.viewed',1,1,1,NULL,'demo',NULL,'{"deal":"D-4-1"}');
INSERT INTO activity VALUES(44,1789189282000000,65567,1789189282000000,'proposal.viewed',1,1,1,NULL,'demo',NULL,'{"deal":"D-4-1"}');
INSERT INTO activity VALUES(44,1789228998000000,65568,1789228998000000,'proposal.viewed',1,1,1,NULL,'demo',NULL,'{"deal":"D-4-1"}');
INSERT INTO activity VALUES(44,1789389813000000,65569,1789389813000000,'deal.moved',5,3,1,NULL,'demo',NULL,'{"deal":"D-4-1","step":"proposal"}');
INSERT INTO activity VALUES(44,1789555821000000,65570,1789555821000000,'email.replied',2,1,1,NULL,'demo',NULL,'{"says":"interested","subject":"Re: Proposal for Birkensiel Fleischwaren","text":"Hello Matthias, the managing director wants to pay by the quarter. I need your answer by Wednesday. Małgorzata"}');
INSERT INTO activity VALUES(44,1789661719000000,65571,1789661719000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"Re: Proposal for Birkensiel Fleischwaren","text":"Guten Tag Małgorzata, the quarter is fine, and the rest stays as it is. Does Wednesday suit for the signature?"}');
INSERT INTO activity VALUES(44,1790323278000000,65572,1790323278000000,'email.replied',2,1,1,NULL,'demo',NULL,'{"says":"interested","subject":"The contract","text":"Hello Matthias, another firm offers 2 per cent less. What can you do? Małgorzata"}');
INSERT INTO activity VALUES(44,1790582682000000,65573,1790582682000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"Re: Proposal for Birkensiel Fleischwaren","text":"Guten Tag Małgorzata, the drivers'' app is in it now. Shall I call the finance director?"}');
INSERT INTO activity VALUES(44,1790778007000000,65574,1790778007000000,'email.replied',2,1,1,NULL,'demo',NULL,'{"says":"interested","subject":"Re: Proposal for Birkensiel Fleischwaren","text":"Dear Matthias, can we begin with 650 vehicles and add the rest in March? Otherwise we are agreed. Małgorzata"}');
INSERT INTO activity VALUES(44,1790878550000000,65575,1790878550000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"Re: Proposal for Birkensiel Fleischwaren","text":"Dear Małgorzata, we can begin with part of the fleet, at the same price for each vehicle. Shall I call the head office?"}');
INSERT INTO activity VALUES(44,1793194432000000,65576,1793194432000000,'email.replied',2,1,1,NULL,'demo',NULL,'{"says":"interested","subject":"Two points","text":"Hello Matthias, another firm offers 4 per cent less. What can you do? Otherwise we are agreed. Małgorzata"}');
INSERT INTO activity VALUES(44,1793283141000000,65577,1793283141000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"Re: Two points","text":"Guten Tag Małgorzata, we can begin with part of the fleet, at the same price for each vehicle. Does Tuesday suit for the signature?"}');
INSERT INTO activity VALUES(44,1793349740000000,65578,1793349740000000,'deal.moved',5,3,1,NULL,'demo',NULL,'{"deal":"D-4-1","step":"negotiation"}');
INSERT INTO activity VALUES(46,1738225569000000,81921,1738225569000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/blog/empty-kilometres"}');
INSERT INTO activity VALUES(46,1738225569000000,5742863663350966906,1738225569000000,'fact.observed',NULL,3,1,NULL,'demo',NULL,'{"facts":{"person.works_at":"cmp_6kb62wm9ezh51","person.owner":"usr_dst9mvx8a5pmt"}}');
INSERT INTO activity VALUES(46,1738225737000000,81922,1738225737000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/pricing"}');
INSERT INTO activity VALUES(46,1738225931000000,81923,1738225931000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/careers"}');
INSERT INTO activity VALUES(46,1738225981000000,81924,1738225981000000,'chat.started',4,1,1,NULL,'demo',NULL,'{"text":"Can drivers use it without a signal?"}');
INSERT INTO activity VALUES(46,1738226050000000,81925,1738226050000000,'chat.answered',4,2,1,NULL,'demo',NULL,'{"text":"Good to have you here, this is Oona. It does, and I can show you how."}');
INSERT INTO activity VALUES(46,1738226101000000,81926,1738226101000000,'fact.observed',NULL,3,1,NULL,'chat',NULL,'{"facts":{"person.name":"Maeve Fothergill","person.email":"maeve.fothergill@fernfield-freight.example","person.country":"GB"}}');
INSERT INTO activity VALUES(46,1738228180000000,81927,1738228180000000,'fact.observed',NULL,3,1,NULL,'enrichment',NULL,'{"facts":{"person.seniority":"manager","person.title":"Purchasing Manager"},"confidence":{"person.seniority":90,"person.title":90}}');
INSERT INTO activity VALUES(46,1738318336000000,81928,1738318336000000,'handoff.accepted',5,3,1,NULL,'demo',NULL,NULL);
INSERT INTO activity VALUES(46,1738318987000000,81929,1738318987000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"Planning for peaks","text":"Hello Maeve, I read that Fernfield Freight is growing, and with it usually orders that come in after six in the evening. Fernwheel plans a day''s tours in 6 minutes. Would that be worth a short call? Best wishes, Oona"}');
INSERT INTO activity VALUES(46,1738594372000000,81930,1738594372000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"Once more on planning","text":"Dear Maeve, I know Wednesdays are busy, so only this: If this is not for you, tell me and I will leave you in peace."}');
INSERT INTO activity VALUES(46,1738837511000000,81931,1738837511000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"A short follow-up","text":"Dear Maeve, a colleague of yours downloaded our paper, which made me think of you. If this is not for you, tell me and I will leave you in peace."}');
INSERT INTO activity VALUES(46,1739795681000000,81932,1739795681000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"A short follow-up","text":"Hello Maeve, did my last mail reach you? One customer of your size saves 6 hours of planning a day."}');
INSERT INTO activity VALUES(46,1747051059000000,81933,1747051059000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/blog/driver-hours"}');
INSERT INTO activity VALUES(46,1747051109000000,81934,1747051109000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/"}');
INSERT INTO activity VALUES(46,1747051279000000,81935,1747051279000000,'form.submitted',1,1,1,NULL,'demo',NULL,'{"path":"/papers","form":"white-paper"}');
INSERT INTO activity VALUES(46,1747051279000000,81936,1747051279000000,'asset.downloaded',1,1,1,'ads-white-paper-2025q2','demo',NULL,'{"asset":"white-paper"}');
INSERT INTO activity VALUES(48,1775141880000000,98305,1775141880000000,'fact.observed',NULL,3,1,NULL,'finder',NULL,'{"facts":{"person.name":"Dawid Leśniak","person.email":"d.lesniak@malinowo-hurtspozywczy.example","person.country":"PL"}}');
INSERT INTO activity VALUES(48,1775141880000000,782457578031746875,1775141880000000,'fact.observed',NULL,3,1,NULL,'demo',NULL,'{"facts":{"person.works_at":"cmp_0cgtdwv4me69x","person.owner":"usr_9av4431wbhh13"}}');
INSERT INTO activity VALUES(48,1775488740000000,98306,1775488740000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"Tours at Malinowo Hurt Spożywczy","text":"Dzień dobry Dawid, firms with one depot like yours often tell us of one planner who knows everything and is about to retire. Who at Malinowo Hurt Spożywczy looks after route planning?"}');
INSERT INTO activity VALUES(48,1776419241000000,98307,1776419241000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"A short follow-up","text":"Dzień dobry Dawid, did my last mail reach you? We have a short sheet on late deliveries on Fridays. Shall I send it?"}');
INSERT INTO activity VALUES(48,1777026067000000,98308,1777026067000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"A short follow-up","text":"Dzień dobry Dawid, a colleague of yours downloaded our paper, which made me think of you. If this is not for you, tell me and I will leave you in peace."}');
INSERT INTO activity VALUES(48,1778246501000000,98309,1778246501000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"Once more on planning","text":"Dear Dawid, did my last mail reach you? We have a short sheet on empty kilometres on the way back. Shall I send it?"}');
INSERT INTO activity VALUES(48,1778494320000000,98310,1778494320000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"Re: Tours at Malinowo Hurt Spożywczy","text":"Dear Dawid, I know Thursdays are busy, so only this: We have a short sheet on drivers waiting at the ramp. Shall I send it?"}');
INSERT INTO activity VALUES(50,1745211620000000,114689,1745211620000000,'fact.observed',NULL,3,1,NULL,'feed',NULL,'{"facts":{"person.name":"Turid Teigland","person.email":"turid.teigland@otterau-agrar.example","person.country":"DE"}}');
INSERT INTO activity VALUES(50,1745211620000000,114690,1745211620000000,'feed.purchased',7,3,1,NULL,'demo',NULL,'{"cost_minor":3500,"currency":"EUR"}');
INSERT INTO activity VALUES(50,1745211620000000,4192792341577657605,1745211620000000,'fact.observed',NULL,3,1,NULL,'demo',NULL,'{"facts":{"person.works_at":"cmp_c2wk7320d1h4v"}}');
INSERT INTO activity VALUES(50,1750688373000000,114691,1750688373000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/"}');
INSERT INTO activity VALUES(52,1745241069000000,131073,1745241069000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/pricing"}');
INSERT INTO activity VALUES(52,1745241069000000,4192792341577657605,1745241069000000,'fact.observed',NULL,3,1,NULL,'demo',NULL,'{"facts":{"person.works_at":"cmp_c2wk7320d1h4v","person.owner":"usr_fz7ps3vmcjem3"}}');
INSERT INTO activity VALUES(52,1745241132000000,131074,1745241132000000,'fact.observed',NULL,3,1,NULL,'trial',NULL,'{"facts":{"person.name":"Niklas Jürgens","person.email":"niklas.juergens@otterau-agrar.example","person.phone":"+495555132744","person.title":"Plant Director"}}');
INSERT INTO activity VALUES(52,1745241132000000,131075,1745241132000000,'trial.started',8,1,1,NULL,'demo',NULL,NULL);
INSERT INTO activity VALUES(52,1745241249000000,131076,1745241249000000,'newsletter.subscribed',1,1,1,NULL,'demo',NULL,NULL);
INSERT INTO activity VALUES(52,1745242332000000,131077,1745242332000000,'product.fleet_imported',8,1,1,NULL,'demo',NULL,NULL);
INSERT INTO activity VALUES(52,1745246868000000,131078,1745246868000000,'call.made',3,2,1,NULL,'demo',NULL,'{"text":"Line busy."}');
INSERT INTO activity VALUES(52,1745834398000000,131079,1745834398000000,'call.made',3,2,1,NULL,'demo',NULL,'{"text":"Voicemail. Left my number."}');
INSERT INTO activity VALUES(52,1746433167000000,131080,1746433167000000,'call.made',3,2,1,NULL,'demo',NULL,'{"text":"Colleague says Niklas is in a meeting. Try again on Thursday."}');
INSERT INTO activity VALUES(52,1746511208000000,131081,1746511208000000,'email.sent',2,2,1,'letter-2025-05','demo',NULL,'{"bulk":true,"subject":"How Monday became quiet"}');
INSERT INTO activity VALUES(52,1746776824000000,131082,1746776824000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"Once more on planning","text":"Guten Tag Niklas, I know Thursdays are busy, so only this: If this is not for you, tell me and I will leave you in peace."}');
INSERT INTO activity VALUES(52,1747036459000000,131083,1747036459000000,'email.replied',2,1,1,NULL,'demo',NULL,'{"says":"stop","subject":"Re: Tours at Otterau Agrar","text":"Please take me off your list."}');
INSERT INTO activity VALUES(52,1747036549000000,131084,1747036549000000,'email.unsubscribed',2,1,1,NULL,'demo',NULL,NULL);
INSERT INTO activity VALUES(54,1782828627000000,147457,1782828627000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/product/drivers-app"}');
INSERT INTO activity VALUES(54,1782828627000000,8752605312724174844,1782828627000000,'fact.observed',NULL,3,1,NULL,'demo',NULL,'{"facts":{"person.works_at":"cmp_553gc51vws96w","person.owner":"usr_9rnv01sa6ahfz"}}');
INSERT INTO activity VALUES(54,1782828815000000,147458,1782828815000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/blog/driver-hours"}');
INSERT INTO activity VALUES(54,1782829058000000,147459,1782829058000000,'fact.observed',NULL,3,1,NULL,'form',NULL,'{"facts":{"person.name":"Natália Falcão","person.email":"natalia.falcao@ribeirafria.example","person.phone":"+3515558274337"}}');
INSERT INTO activity VALUES(54,1782829058000000,147460,1782829058000000,'form.submitted',1,1,1,NULL,'demo',NULL,'{"path":"/contact","form":"contact","origin":"email","text":"5 vehicles, one depot, planned with a tool from 2009. No calls before nine please."}');
INSERT INTO activity VALUES(54,1782829739000000,147461,1782829739000000,'asset.downloaded',1,1,1,NULL,'demo',NULL,'{"asset":"e-book"}');
INSERT INTO activity VALUES(54,1782916796000000,147462,1782916796000000,'handoff.accepted',5,3,1,NULL,'demo',NULL,NULL);
INSERT INTO activity VALUES(54,1782919709000000,147463,1782919709000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"Planning for peaks","text":"Bom dia Natália, I read that Conserveira Ribeirafria is growing, and with it usually toll costs that grow faster than the fleet. Fernwheel plans a day''s tours in 6 minutes. Would that be worth a short call?"}');
INSERT INTO activity VALUES(54,1783084745000000,147464,1783084745000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/product/drivers-app"}');
INSERT INTO activity VALUES(54,1783084991000000,147465,1783084991000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/security"}');
INSERT INTO activity VALUES(54,1783342528000000,147466,1783342528000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/customers"}');
INSERT INTO activity VALUES(54,1783610615000000,147467,1783610615000000,'email.sent',2,2,1,NULL,'demo',NULL,'{"subject":"Re: Tours at Conserveira Ribeirafria","text":"Bom dia Natália, a colleague of yours downloaded our paper, which made me think of you. We have a short sheet on tours planned in a spreadsheet. Shall I send it?"}');
INSERT INTO activity VALUES(54,1785768394000000,147468,1785768394000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/"}');
INSERT INTO activity VALUES(54,1788764686000000,147469,1788764686000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/blog/driver-hours"}');
INSERT INTO activity VALUES(54,1788764808000000,147470,1788764808000000,'trial.started',8,1,1,NULL,'demo',NULL,NULL);
INSERT INTO activity VALUES(54,1788767208000000,147471,1788767208000000,'product.signed_in',8,1,1,NULL,'demo',NULL,NULL);
INSERT INTO activity VALUES(56,1789546483000000,163841,1789546483000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/blog/peak-season"}');
INSERT INTO activity VALUES(56,1789546483000000,8752605312724174844,1789546483000000,'fact.observed',NULL,3,1,NULL,'demo',NULL,'{"facts":{"person.works_at":"cmp_553gc51vws96w"}}');
INSERT INTO activity VALUES(56,1789546619000000,163842,1789546619000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/product"}');
INSERT INTO activity VALUES(56,1789546663000000,163843,1789546663000000,'newsletter.subscribed',1,1,1,NULL,'demo',NULL,NULL);
INSERT INTO activity VALUES(56,1789546870000000,163844,1789546870000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/"}');
INSERT INTO activity VALUES(56,1789546968000000,163845,1789546968000000,'chat.started',4,1,1,NULL,'demo',NULL,'{"text":"What does it cost for 5 vehicles?"}');
INSERT INTO activity VALUES(56,1789547088000000,163846,1789547088000000,'fact.observed',NULL,3,1,NULL,'chat',NULL,'{"facts":{"person.name":"Estêvão Madureira","person.email":"estevao.madureira@ribeirafria.example"}}');
INSERT INTO activity VALUES(56,1789547130000000,163847,1789547130000000,'chat.answered',4,2,1,NULL,'demo',NULL,'{"text":"Hello, Giulia here. That depends on the number of planners. How many are you?"}');
INSERT INTO activity VALUES(56,1789549986000000,163848,1789549986000000,'fact.observed',NULL,3,1,NULL,'enrichment',NULL,'{"facts":{"person.seniority":"manager"},"confidence":{"person.seniority":90}}');
INSERT INTO activity VALUES(56,1789566272000000,163849,1789566272000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/"}');
INSERT INTO activity VALUES(56,1789566289000000,163850,1789566289000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/blog/driver-hours"}');
INSERT INTO activity VALUES(56,1789566470000000,163851,1789566470000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/"}');
INSERT INTO activity VALUES(56,1789636314000000,163852,1789636314000000,'handoff.rejected',5,3,1,NULL,'demo',NULL,'{"reason":"duplicate","text":"Wrong department, no say in it."}');
INSERT INTO activity VALUES(56,1791266410000000,163853,1791266410000000,'email.sent',2,2,1,'letter-2026-10','demo',NULL,'{"bulk":true,"subject":"The ramp is not a car park"}');
INSERT INTO activity VALUES(56,1791266530000000,163854,1791266530000000,'email.opened',2,1,3,'letter-2026-10','demo',NULL,NULL);
INSERT INTO activity VALUES(56,1791790901000000,163855,1791790901000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/"}');
INSERT INTO activity VALUES(56,1791791020000000,163856,1791791020000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/customers"}');
INSERT INTO activity VALUES(56,1793685610000000,163857,1793685610000000,'email.sent',2,2,1,'letter-2026-11','demo',NULL,'{"bulk":true,"subject":"How Monday became quiet"}');
INSERT INTO activity VALUES(56,1793685730000000,163858,1793685730000000,'email.opened',2,1,3,'letter-2026-11','demo',NULL,NULL);
INSERT INTO activity VALUES(58,1743675324000000,180225,1743675324000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/product/drivers-app"}');
INSERT INTO activity VALUES(58,1743675324000000,5604349518222996124,1743675324000000,'fact.observed',NULL,3,1,NULL,'demo',NULL,'{"facts":{"person.works_at":"cmp_d76snyjwemkh8"}}');
INSERT INTO activity VALUES(58,1743675392000000,180226,1743675392000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/customers/cold-chain"}');
INSERT INTO activity VALUES(58,1743675593000000,180227,1743675593000000,'fact.observed',NULL,3,1,NULL,'form',NULL,'{"facts":{"person.name":"Raffaella Orsenigo","person.email":"raffaella.orsenigo@piepetra.example"}}');
INSERT INTO activity VALUES(58,1743675593000000,180228,1743675593000000,'newsletter.subscribed',1,1,1,NULL,'demo',NULL,NULL);
INSERT INTO activity VALUES(58,1743677030000000,180229,1743677030000000,'fact.observed',NULL,3,1,NULL,'enrichment',NULL,'{"facts":{"person.seniority":"manager"},"confidence":{"person.seniority":90}}');
INSERT INTO activity VALUES(58,1745933670000000,180230,1745933670000000,'page.viewed',1,1,1,NULL,'demo',NULL,'{"path":"/pricing/calculator"}');
INSERT INTO activity VALUES(58,1746511211000000,180231,1746511211000000,'email.sent',2,2,1,'letter-2025-05','demo',NULL,'{"bulk":true,"subject":"How Monday became quiet"}');
INSERT INTO activity VALUES(58,1746511331000000,180232,1746511331000000,'email.opened',2,1,3,'letter-2025-05','demo',NULL,NULL);
INSERT INTO activity VALUES(58,1748930411000000,180233,1748930411000000,'email.sent',2,2,1,'letter-2025-06','demo',NULL,'{"bulk":true,"subject":"Tolls, and what to do about them"}');
INSERT INTO activity VALUES(58,1748930531000000,180234,1748930531000000,'email.opened',2,1,3,'letter-2025-06','demo',NULL,NULL);
INSERT INTO activity VALUES(58,1751349611000000,180235,1751349611000000,'email.sent',2,2,1,'letter-2025-07','demo',NULL,'{"bulk":true,"subject":"Planners on holiday, tours on time"}');
INSERT INTO activity VALUES(58,1751349731000000,180236,1751349731000000,'email.opened',2,1,3,'letter-2025-07','demo',NULL,NULL);
INSERT INTO activity VALUES(58,1754373611000000,180237,1754373611000000,'email.sent',2,2,1,'letter-2025-08','demo',NULL,'{"bulk":true,"subject":"News from Fernwheel"}');
INSERT INTO activity VALUES(58,1754373731000000,180238,1754373731000000,'email.opened',2,1,3,'letter-2025-08','demo',NULL,NULL);
INSERT INTO activity VALUES(58,1756792811000000,180239,1756792811000000,'email.sent',2,2,1,'letter-2025-09','demo',NULL,'{"bulk":true,"subject":"Planning for peaks"}');
INSERT INTO activity VALUES(58,1756792931000000,180240,1756792931000000,'email.opened',2,1,3,'letter-2025-09','demo',NULL,NULL);
INSERT INTO activity VALUES(58,1759816811000000,180241,1759816811000000,'email.sent',2,2,1,'letter-2025-10','demo',NULL,'{"bulk":true,"subject":"What a missed slot costs"}');
INSERT INTO activity VALUES(58,1759816931000000,180242,1759816931000000,'email.opened',2,1,3,'letter-2025-10','demo',NULL,NULL);
INSERT INTO activity VALUES(58,1762236011000000,180243,1762236011000000,'email.sent',2,2,1,'letter-2025-11','demo',NULL,'{"bulk":true,"subject":"Three tours, one driver less"}');
INSERT INTO activity VALUES(58,1762236131000000,180244,1762236131000000,'email.opened',2,1,3,'letter-2025-11','demo',NULL,NULL);
INSERT INTO activity VALUES(58,1764655211000000,180245,1764655211000000,'email.sent',2,2,1,'letter-2025-12','demo',NULL,'{"bulk":true,"subject":"Cold, on time and proven"}');
INSERT INTO activity VALUES(58,1764655331000000,180246,1764655331000000,'email.opened',2,1,3,'letter-2025-12','demo',NULL,NULL);
INSERT INTO activity VALUES(58,1767679211000000,180247,1767679211000000,'email.sent',2,2,1,'letter-2026-01','demo',NULL,'{"bulk":true,"subject":"The ramp is not a car park"}');
INSERT INTO activity VALUES(58,1767679331000000,180248,1767679331000000,'email.opened',2,1,3,'letter-2026-01','demo',NULL,NULL);
INSERT INTO activity VALUES(58,1770098411000000,180249,1770098411000000,'email.sent',2,2,1,'letter-2026-02','demo',NULL,'{"bulk":true,"subject":"How Monday became quiet"}');
INSERT INTO activity VALUES(58,1770098531000000,180250,1770098531000000,'email.opened',2,1,3,'letter-2026-02','demo',NULL,NULL);
INSERT INTO activity VALUES(58,1772517611000000,180251,1772517611000000,'email.sent',2,2,1,'letter-2026-03','demo',NULL,'{"bulk":true,"subject":"Tolls, and what to do about them"}');
INSERT INTO activity VALUES(58,1772517731000000,180252,1772517731000000,'email.opened',2,1,3,'letter-2026-03','demo',NULL,NULL);
INSERT INTO activity VALUES(58,1775541611000000,180253,1775541611000000,'email.sent',2,2,1,'letter-2026-04','demo',NULL,'{"bulk":true,"subject":"Planners on holiday, tours on time"}');
INSERT INTO activity VALUES(58,1775541731000000,180254,1775541731000000,'email.opened',2,1,3,'letter-2026-04','demo',NULL,NULL);
INSERT INTO activity VALUES(58,1777960811000000,180255,1777960811000000,'email.sent',2,2,1,'letter-2026-05','demo',NULL,'{"bulk":true,"subject":"News from Fernwheel"}');
INSERT INTO activity VALUES(58,1777960931000000,180256,1777960931000000,'email.opened',2,1,3,'letter-2026-05','demo',NULL,NULL);
INSERT INTO activity VALUES(58,1780380011000000,180257,1780380011000000,'email.sent',2,2,1,'letter-2026-06','demo',NULL,'{"bulk":true,"subject":"Planning for peaks"}');
INSERT INTO activity VALUES(58,1780380131000000,180258,1780380131000000,'email.opened',2,1,3,'letter-2026-06','demo',NULL,NULL);
INSERT INTO activity VALUES(58,1783404011000000,180259,1783404011000000,'email.sent',2,2,1,'letter-2026-07','demo',NULL,'{"bulk":true,"subject":"What a missed slot costs"}');
INSERT INTO activity VALUES(58,1783404131000000,180260,1783404131000000,'email.opened',2,1,3,'letter-2026-07','demo',NULL,NULL);
INSERT INTO activity VALUES(58,1785823211000000,180261,1785823211000000,'email.sent',2,2,1,'letter-2026-08','demo',NULL,'{"bulk":true,"subject":"Three tours, one driver less"}');
INSERT INTO activity VALUES(58,1785823331000000,180262,1785823331000000,'email.opened',2,1,3,'letter-2026-08','demo',NULL,NULL);
INSERT INTO activity VALUES(58,1788242411000000,180263,1788242411000000,'email.sent',2,2,1,'letter-2026-09','demo',NULL,'{"bulk":true,"subject":"Cold, on time and proven"}');
INSERT INTO activity VALUES(58,1788242531000000,180264,1788242531000000,'email.opened',2,1,3,'letter-2026-09','demo',NULL,NULL);
INSERT INTO activity VALUES(58,1791266411000000,180265,1791266411000000,'email.sent',2,2,1,'letter-2026-10','demo',NULL,'{"bulk":true,"subject":"The ramp is not a car park"}');
INSERT INTO activity VALUES(58,1791266531000000,180266,1791266531000000,'email.opened',2,1,3,'letter-2026-10','demo',NULL,NULL);
INSERT INTO activity VALUES(58,1793685611000000,180267,1793685611000000,'email.sent',2,2,1,'letter-2026-11','demo',NULL,'{"bulk":true,"subject":"How Monday became quiet"}');
INSERT INTO activity VALUES(58,1793685731000000,180268,1793685731000000,'email.opened',2,1,3,'letter-2026-11','demo',NULL,NULL);
INSERT INTO activity VALUES(6150,1767571200000000,953017951161860355,1767571200000000,'form.submitted',1,1,1,NULL,NULL,NULL,NULL);
INSERT INTO activity VALUES(6150,1795926157230729,4916281797528214889,1795926157230729,'fact.observed',NULL,3,1,NULL,'import',NULL,'{"facts":{"person.custom.origin":"social","person.id.mql_id":"f1","person.email":"ann@fixture.example"}}');
INSERT INTO activity VALUES(6150,1795926157408676,7169,1795926157408676,'stage.moved',5,3,1,NULL,'page',NULL,'{"to":"disqualified","reason":"a fixture","lens":"Shared"}');
INSERT INTO activity VALUES(6152,1767657600000000,7562572443067870440,1767657600000000,'form.submitted',1,1,1,NULL,NULL,NULL,NULL);
INSERT INTO activity VALUES(6152,1795926157230729,6468518365059708162,1795926157230729,'fact.observed',NULL,3,1,NULL,'import',NULL,'{"facts":{"person.id.mql_id":"f2","person.email":"ben@fixture.example"}}');
CREATE TABLE person (
    id         bigint primary key,
    created_at bigint not null,
    name       text   not null,
    name_key   text   not null,
    email      text,
    phone      text,
    title      text,
    country    text,
    company_id bigint,
    owner_id   bigint
);
INSERT INTO person VALUES(36,1795510863000000,'Rosalie Schönbeck','rosalie schonbeck','r.schoenbeck@birkensiel.example','+495550000000','Controller','DE',25,3);
INSERT INTO person VALUES(38,1780905626000000,'Detlef Uhlenbrock','detlef uhlenbrock','d.uhlenbrock@birkensiel.example','+495553141593',NULL,NULL,25,3);
INSERT INTO person VALUES(40,1786025429000000,'Sönke Weißgerber','sonke weissgerber','s.weissgerber@birkensiel.example',NULL,'CIO','DE',25,NULL);
INSERT INTO person VALUES(42,1792396802000000,'Falk Zellmann','falk zellmann','f.zellmann@birkensiel.example','+495559424779','Transport Manager',NULL,25,3);
INSERT INTO person VALUES(44,1782308970000000,'Małgorzata Bieńkowska','malgorzata bienkowska','m.bienkowska@birkensiel.example',NULL,'Analyst','DE',25,3);
INSERT INTO person VALUES(46,1738225569000000,'Maeve Fothergill','maeve fothergill','maeve.fothergill@fernfield-freight.example',NULL,'Purchasing Manager','GB',27,9);
INSERT INTO person VALUES(48,1775141880000000,'Dawid Leśniak','dawid lesniak','d.lesniak@malinowo-hurtspozywczy.example',NULL,NULL,'PL',29,7);
INSERT INTO person VALUES(50,1745211620000000,'Turid Teigland','turid teigland','turid.teigland@otterau-agrar.example',NULL,NULL,'DE',31,NULL);
INSERT INTO person VALUES(52,1745241069000000,'Niklas Jürgens','niklas jurgens','niklas.juergens@otterau-agrar.example','+495555132744','Plant Director',NULL,31,3);
INSERT INTO person VALUES(54,1782828627000000,'Natália Falcão','natalia falcao','natalia.falcao@ribeirafria.example','+3515558274337',NULL,NULL,33,8);
INSERT INTO person VALUES(56,1789546483000000,'Estêvão Madureira','estevao madureira','estevao.madureira@ribeirafria.example',NULL,NULL,NULL,33,NULL);
INSERT INTO person VALUES(58,1743675324000000,'Raffaella Orsenigo','raffaella orsenigo','raffaella.orsenigo@piepetra.example',NULL,NULL,NULL,35,NULL);
INSERT INTO person VALUES(6150,1767571200000000,'ann@fixture.example','ann@fixture.example','ann@fixture.example',NULL,NULL,NULL,NULL,NULL);
INSERT INTO person VALUES(6152,1767657600000000,'ben@fixture.example','ben@fixture.example','ben@fixture.example',NULL,NULL,NULL,NULL,NULL);
CREATE TABLE company (
    id         bigint primary key,
    created_at bigint not null,
    name       text   not null,
    domain     text,
    industry   text,
    country    text,
    employees  bigint
);
INSERT INTO company VALUES(25,1780905626000000,'Birkensiel Fleischwaren GmbH','birkensiel.example','food','DE',1950);
INSERT INTO company VALUES(27,1738225569000000,'Fernfield Freight Ltd','fernfield-freight.example','logistics','GB',69);
INSERT INTO company VALUES(29,1775141880000000,'Malinowo Hurt Spożywczy','malinowo-hurtspozywczy.example','food','PL',3);
INSERT INTO company VALUES(31,1745211620000000,'Otterau Agrar','otterau-agrar.example','agriculture','DE',NULL);
INSERT INTO company VALUES(33,1782828627000000,'Conserveira Ribeirafria','ribeirafria.example','food','PT',17);
INSERT INTO company VALUES(35,1743675324000000,'Salumificio Piepetra','piepetra.example','food',NULL,390);
CREATE TABLE subject_key (
    of_company bigint not null,
    kind       text  not null,
    value      text  not null,
    subject_id bigint not null,
    primary key (of_company, kind, value)
) without rowid;
INSERT INTO subject_key VALUES(1,'domain','birkensiel.example',25);
INSERT INTO subject_key VALUES(1,'domain','fernfield-freight.example',27);
INSERT INTO subject_key VALUES(1,'domain','malinowo-hurtspozywczy.example',29);
INSERT INTO subject_key VALUES(1,'domain','otterau-agrar.example',31);
INSERT INTO subject_key VALUES(1,'domain','ribeirafria.example',33);
INSERT INTO subject_key VALUES(1,'domain','piepetra.example',35);
INSERT INTO subject_key VALUES(0,'email','r.schoenbeck@birkensiel.example',36);
INSERT INTO subject_key VALUES(0,'phone','+495550000000',36);
INSERT INTO subject_key VALUES(0,'email','d.uhlenbrock@birkensiel.example',38);
INSERT INTO subject_key VALUES(0,'phone','+495553141593',38);
INSERT INTO subject_key VALUES(0,'email','s.weissgerber@birkensiel.example',40);
INSERT INTO subject_key VALUES(0,'email','f.zellmann@birkensiel.example',42);
INSERT INTO subject_key VALUES(0,'phone','+495559424779',42);
INSERT INTO subject_key VALUES(0,'email','m.bienkowska@birkensiel.example',44);
INSERT INTO subject_key VALUES(0,'email','maeve.fothergill@fernfield-freight.example',46);
INSERT INTO subject_key VALUES(0,'email','d.lesniak@malinowo-hurtspozywczy.example',48);
INSERT INTO subject_key VALUES(0,'email','turid.teigland@otterau-agrar.example',50);
INSERT INTO subject_key VALUES(0,'email','niklas.juergens@otterau-agrar.example',52);
INSERT INTO subject_key VALUES(0,'phone','+495555132744',52);
INSERT INTO subject_key VALUES(0,'email','natalia.falcao@ribeirafria.example',54);
INSERT INTO subject_key VALUES(0,'phone','+3515558274337',54);
INSERT INTO subject_key VALUES(0,'email','estevao.madureira@ribeirafria.example',56);
INSERT INTO subject_key VALUES(0,'email','raffaella.orsenigo@piepetra.example',58);
INSERT INTO subject_key VALUES(0,'email','ann@fixture.example',6150);
INSERT INTO subject_key VALUES(0,'mql_id','f1',6150);
INSERT INTO subject_key VALUES(0,'email','ben@fixture.example',6152);
INSERT INTO subject_key VALUES(0,'mql_id','f2',6152);
CREATE TABLE standing (
    lens_id        bigint not null,
    person_id      bigint not null,
    version        bigint not null,
    stage          bigint not null,
    kind           text,
    temperature    bigint not null,
    criteria       text   not null,
    fit_low        double precision not null,
    fit_high       double precision not null,
    engagement     double precision not null,
    engagement_key double precision not null,
    intent         double precision,
    likelihood     double precision,
    entered_at     bigint,
    touched_at     bigint not null,
    next_at        bigint,
    folded_at      bigint not null,
    name_key       text  not null, revision bigint not null default 0,
    primary key (lens_id, person_id)
) without rowid;
INSERT INTO standing VALUES(1,36,1,1,NULL,1,'tfuuuuuu',90.0,90.0,0.0,-1000000000000000000.0,26.0,NULL,1795510863000000,-2305843009213693952,1803286863000000,1795926157303213,'rosalie schonbeck',1);
INSERT INTO standing VALUES(1,38,1,1,NULL,1,'tfuuuuuu',90.0,90.0,0.0054155288490133563286,1477.198630530576338,26.0,NULL,1780905626000000,1782480571000000,1796457626000000,1795926157303213,'detlef uhlenbrock',1);
INSERT INTO standing VALUES(1,40,1,1,NULL,2,'ttuuuuuu',100.0,100.0,0.061487864747231467388,1480.7037581036231586,26.0,NULL,1786025650000000,1790346528000000,1798122528000000,1795926157303213,'sonke weissgerber',1);
INSERT INTO standing VALUES(1,42,1,2,NULL,2,'tuuuuuuu',90.0,100.0,8.0704462399828802432,1487.7399610321165255,26.0,NULL,1794196482000000,1793652229000000,1796244229000000,1795926157303213,'falk zellmann',1);
INSERT INTO standing VALUES(1,44,1,3,NULL,3,'tttuuuuu',90.0,90.0,10.179236895098430437,1488.0748700914402889,26.0,NULL,1787605383000000,1793194432000000,1800970432000000,1795926157303213,'malgorzata bienkowska',1);
INSERT INTO standing VALUES(1,46,1,5,NULL,1,'ufuuuuuu',70.0,70.0,1.8635642102764425841e-11,1449.0841680704550072,NULL,NULL,1762603279000000,1747051279000000,NULL,1795926157303213,'maeve fothergill',1);
INSERT INTO standing VALUES(1,48,1,1,NULL,1,'uuuuuuuu',60.0,70.0,0.0,-1000000000000000000.0,17.0,NULL,1775141880000000,-2305843009213693952,NULL,1795926157303213,'dawid lesniak',1);
INSERT INTO standing VALUES(1,50,1,1,'MSRL',1,'uuuuuuuu',20.0,60.0,5.5181139456611711753e-12,1447.3283506944444524,NULL,NULL,1745211620000000,1750688373000000,NULL,1795926157303213,'turid teigland',1);
INSERT INTO standing VALUES(1,52,1,1,NULL,1,'uuuuuuuu',20.0,60.0,3.526392485390857564e-11,1450.0042965962636571,NULL,NULL,1745241132000000,1747036549000000,NULL,1795926157303213,'niklas jurgens',1);
INSERT INTO standing VALUES(1,54,1,1,NULL,1,'fuuuuuuu',40.0,50.0,0.86212432664135307813,1484.5132804252948516,NULL,NULL,1782829058000000,1788767208000000,1796543208000000,1795926157303213,'natalia falcao',1);
INSERT INTO standing VALUES(1,56,1,1,NULL,1,'ffuuuuuu',40.0,40.0,0.8337715049097500497,1484.4650365576844705,NULL,NULL,1789547088000000,1791791020000000,1797323088000000,1795926157303213,'estevao madureira',1);
INSERT INTO standing VALUES(1,58,1,1,NULL,1,'ufuuuuuu',70.0,90.0,2.8653738489459038519e-12,1446.3828988281870806,NULL,NULL,1743675593000000,1745933670000000,NULL,1795926157303213,'raffaella orsenigo',1);
INSERT INTO standing VALUES(1,6150,1,6,NULL,1,'uuuuuuuu',0.0,100.0,1.3166398585410986002e-06,1465.1926048813227226,NULL,NULL,1795926157408676,1767571200000000,1803702157408676,1795926157408676,'ann@fixture.example',2);
INSERT INTO standing VALUES(1,6152,1,1,NULL,1,'uuuuuuuu',0.0,100.0,1.3834681556864820515e-06,1465.2640334527513914,NULL,NULL,1795926157230729,1767657600000000,1803702157230729,1795926157303213,'ben@fixture.example',1);
INSERT INTO standing VALUES(4097,36,1,0,NULL,0,'',0.0,100.0,0.0,0.0,26.0,NULL,NULL,-2305843009213693952,NULL,1795926157303213,'rosalie schonbeck',0);
INSERT INTO standing VALUES(4097,38,1,0,NULL,0,'',0.0,100.0,0.0,0.0,26.0,NULL,NULL,1782480571000000,NULL,1795926157303213,'detlef uhlenbrock',0);
INSERT INTO standing VALUES(4097,40,1,0,NULL,0,'',0.0,100.0,0.0,0.0,26.0,NULL,NULL,1790346528000000,NULL,1795926157303213,'sonke weissgerber',0);
INSERT INTO standing VALUES(4097,42,1,0,NULL,0,'',0.0,100.0,0.0,0.0,26.0,NULL,NULL,1793652229000000,NULL,1795926157303213,'falk zellmann',0);
INSERT INTO standing VALUES(4097,44,1,0,NULL,0,'',0.0,100.0,0.0,0.0,26.0,NULL,NULL,1793194432000000,NULL,1795926157303213,'malgorzata bienkowska',0);
INSERT INTO standing VALUES(4097,46,1,1,NULL,0,'',0.0,100.0,0.0,0.0,NULL,NULL,1747051279000000,1747051279000000,NULL,1795926157303213,'maeve fothergill',0);
INSERT INTO standing VALUES(4097,48,1,0,NULL,0,'',0.0,100.0,0.0,0.0,17.0,NULL,NULL,-2305843009213693952,NULL,1795926157303213,'dawid lesniak',0);
INSERT INTO standing VALUES(4097,50,1,0,NULL,0,'',0.0,100.0,0.0,0.0,NULL,NULL,NULL,1750688373000000,NULL,1795926157303213,'turid teigland',0);
INSERT INTO standing VALUES(4097,52,1,0,NULL,0,'',0.0,100.0,0.0,0.0,NULL,NULL,NULL,1747036549000000,NULL,1795926157303213,'niklas jurgens',0);
INSERT INTO standing VALUES(4097,54,1,1,NULL,0,'',0.0,100.0,0.0,0.0,NULL,NULL,1782829058000000,1788767208000000,NULL,1795926157303213,'natalia falcao',0);
INSERT INTO standing VALUES(4097,56,1,0,NULL,0,'',0.0,100.0,0.0,0.0,NULL,NULL,NULL,1791791020000000,NULL,1795926157303213,'estevao madureira',0);
INSERT INTO standing VALUES(4097,58,1,0,NULL,0,'',0.0,100.0,0.0,0.0,NULL,NULL,NULL,1745933670000000,NULL,1795926157303213,'raffaella orsenigo',0);
INSERT INTO standing VALUES(4097,6150,1,1,NULL,0,'',0.0,100.0,0.0,0.0,NULL,NULL,1767571200000000,1767571200000000,NULL,1795926157408676,'ann@fixture.example',1);
INSERT INTO standing VALUES(4097,6152,1,1,NULL,0,'',0.0,100.0,0.0,0.0,NULL,NULL,1767657600000000,1767657600000000,NULL,1795926157303213,'ben@fixture.example',0);
CREATE TABLE stage_tally (
    lens_id bigint not null,
    stage   bigint not null,
    n       bigint not null,
    primary key (lens_id, stage)
) without rowid;
INSERT INTO stage_tally VALUES(1,1,10);
INSERT INTO stage_tally VALUES(1,2,1);
INSERT INTO stage_tally VALUES(1,3,1);
INSERT INTO stage_tally VALUES(1,5,1);
INSERT INTO stage_tally VALUES(1,6,1);
INSERT INTO stage_tally VALUES(4097,0,10);
INSERT INTO stage_tally VALUES(4097,1,4);
CREATE TABLE import (
    id          bigint primary key,
    job_id      bigint,
    file_name   text   not null,
    file_key    text   not null,
    file_hash   text   not null,
    bytes       bigint not null,
    mapping     text   not null,
    started_at  bigint not null,
    started_by  bigint,
    finished_at bigint,
    failure     text,
    rows_done   bigint not null,
    rows_in     bigint not null,
    created     bigint not null,
    updated     bigint not null,
    unchanged   bigint not null,
    rejected    bigint not null
, noted bigint not null default 0);
INSERT INTO import VALUES(3073,3074,'leads.csv','60m9g0shrgh0q58qvdpfarxsq3','1131417e8dd649020c88b61ee23c2f35f12a7f554ecc0787ef8eb51329e2a636',134,replace('[key]\nmql_id = "mql_id"\nemail = "email"\n[facts]\n"person.custom.origin" = "origin"\n[[activities]]\nkind = "form.submitted"\nat = { column = "contacted", format = "%Y-%m-%d" }\nrecorded = "occurred"\n','\n',char(10)),1795926157230729,NULL,1795926157250507,NULL,3,3,2,0,0,1,0);
CREATE TABLE import_rejection (
    import_id bigint not null,
    row       bigint not null,
    line      bigint not null,
    reason    text   not null,
    raw       text   not null,
    primary key (import_id, row)
) without rowid;
INSERT INTO import_rejection VALUES(3073,3,4,'email: "nobody" is not an e-mail address: it has no @; contacted: "2026-13-45" is no day or time that there is','f3,nobody,2026-13-45,social');
CREATE TABLE import_note (
    import_id bigint not null,
    row       bigint not null,
    line      bigint not null,
    reason    text   not null,
    raw       text   not null,
    primary key (import_id, row)
) without rowid;
CREATE TABLE lens (
    id         bigint primary key,
    name       text   not null,
    position   bigint not null,
    created_at bigint not null
);
INSERT INTO lens VALUES(1,'Shared',0,1795926156646821);
INSERT INTO lens VALUES(4097,'Second',1,1795926157297603);
CREATE TABLE definition (
    lens_id    bigint not null,
    version    bigint not null,
    name       text   not null,
    text       text   not null,
    from_at    bigint not null,
    adopted_at bigint not null,
    adopted_by bigint,
    is_starter bigint not null,
    primary key (lens_id, version)
) without rowid;
INSERT INTO definition VALUES(1,1,'Sluice default',replace('name   = "Sluice default"\nabout  = "For a team that sells to firms: a lead is reachable, a prospect fits and has shown something, an opportunity has talked with us and qualified, and everybody may come back."\n\n[criteria]                                               # our choice: all expiries\nbudget    = { ask = "Is there money set aside for this?", from = ''company.budget >= 5000'', expires = "180d" }\nauthority = { ask = "Who signs?", from = ''person.seniority in ["owner", "c-level", "vp"]'' }\nneed      = { ask = "What does the problem cost you today?", expires = "180d" }\ntiming    = { ask = "When must it run?", aka = ["demand"], expires = "90d" }\nmetrics   = { ask = "Which number must get better, and by how much?", expires = "180d" }\nchampion  = { ask = "Who inside wants this to happen?", expires = "180d" }\nrules     = { ask = "By what will you choose?", expires = "180d" }\nprocess   = { ask = "How does a purchase get signed?", expires = "180d" }\n\n[frameworks]\nBANT   = ["budget", "authority", "need", "timing"]\nCHAMP  = ["need", "authority", "budget", "timing"]\nANUM   = ["authority", "need", "timing", "budget"]\nMEDDIC = ["metrics", "authority", "rules", "process", "need", "champion"]\n\n[scores.fit]                                             # our choice: the profile; a workspace writes its own\npoints = [ { when = ''company.industry in ["logistics", "food"]'', add = 40 }, { when = ''company.employees >= 50 && company.employees <= 5000'', add = 30 },\n           { when = ''company.country in ["DE", "FR", "NL", "PL"]'', add = 20 }, { when = ''person.seniority in ["owner", "c-level", "vp", "director"]'', add = 10 } ]\n\n[scores.engagement]                                      # our choice: all points and the half-life\nhalf_life = "14d"\npoints = [ { on = "page.viewed", add = 1, max_per_day = 5 }, { on = "page.viewed", where = ''path.startsWith("/pricing")'', add = 5, max_per_day = 1 },\n           { on = "newsletter.subscribed", add = 5 }, { on = "asset.downloaded", add = 10 }, { on = "webinar.attended", add = 15 }, { on = "form.submitted", add = 15 },\n           { on = "chat.started", add = 15 }, { on = "product.*", add = 10, max_per_day = 1 }, { on = "email.replied", add = 30 }, { on = "email.received", add = 30 },\n           { on = "call.received", add = 40 }, { on = "demo.requested", add = 40 }, { on = "trial.started", add = 40 } ]\n\n[temperature]                                            # counted criteria first; behaviour lifts to warm and no further\nhot  = ''met(criterion.budget, criterion.authority, criterion.need, criterion.timing) >= 3''\nwarm = ''met(criterion.budget, criterion.authority, criterion.need, criterion.timing) >= 2 || did("*", days(30), direction == "inbound")''\ncold = ''true''\n\n[stages.lead]\nenter = ''known(person.email) || known(person.phone)''\nowner = "marketing"\n\n[stages.prospect]                                        # fit, and one sign: a talk, behaviour, intent of the company, or a prediction\nenter = ''score.fit >= 60 && (two_way(days(180)) || score.engagement >= 30 || score.intent >= 70 || score.likelihood >= 0.3)''\nleave = { when = ''dwell() >= days(180) && !did("*", days(180), direction == "inbound")'', reason = "cooled" }\nowner = "both"\nsla   = { accept = "24h" }\n\n[stages.opportunity]                                     # two-way always; then criteria, a demo seen, or a call that asked for sales\ngate  = ''two_way()''\nenter = ''temperature == "hot" || did("demo.held", days(90)) || did("call.received", days(30), asks == "sales")''\nleave = [ { when = ''did("deal.lost", dwell())'', reason = "lost" },\n          { when = ''met(criterion.budget, criterion.authority, criterion.need, criterion.timing) < 2'', to = "prospect", reason = "criteria failed" },\n          { when = ''dwell() >= days(90) && !did("*", days(90), direction == "inbound")'', reason = "cooled" } ]\nowner = "sales"\nsla   = { accept = "4h" }\n\n[stages.customer]\nenter = ''did("deal.won")''\n\n[exits.recycled]\nwake = ''did("*", dwell(), direction == "inbound")''\n\n[exits.disqualified]                                     # only by a fact that is known; never for silence\nenter = [ { when = ''company.competitor'', reason = "competitor" } ]\nwake  = ''!company.competitor''\n\n[gates]\n"proposal.sent" = ''stage in ["opportunity", "customer"]''\n\n[kinds]\nSRL  = ''stage == "opportunity" && did("call.received", days(30), asks == "sales")''\nSQL  = ''stage in ["prospect", "opportunity"] && did("handoff.accepted")''\nMQL  = ''stage in ["lead", "prospect"] && (score.engagement >= 30 || score.likelihood >= 0.3)''\nIQL  = ''stage in ["lead", "prospect"] && did("asset.downloaded", days(90))''\nMSRL = ''stage in ["lead", "prospect"] && did("feed.purchased")''\n\n[examples]\n"an address is a cold lead"               = { person = { email = "a@x.example" }, expect = "lead", temperature = "cold" }\n"a reply from a good fit is a prospect"   = { person = { email = "a@x.example" }, company = { industry = "food", employees = 240 }, did = ["email.sent", "email.replied"], expect = "prospect", kind = "MQL" }\n"a reply from a bad fit is a warm lead"   = { person = { email = "a@x.example" }, company = { industry = "education", employees = 12 }, did = ["email.sent", "email.replied"], expect = "lead", temperature = "warm" }\n"a good fit alone is a lead"              = { person = { email = "a@x.example" }, company = { industry = "food", employees = 240 }, expect = "lead" }\n"a good fit in the market is a prospect"  = { person = { email = "a@x.example" }, company = { industry = "food", employees = 240 }, score = { intent = 80 }, expect = "prospect" }\n"3 of 4 without a talk stays below"       = { person = { email = "a@x.example" }, company = { industry = "food", employees = 240 }, did = ["trial.started"], yes = ["budget", "need", "timing"], expect = "prospect", temperature = "hot" }\n"3 of 4 and a talk is an opportunity"     = { person = { email = "a@x.example" }, did = ["email.sent", "email.replied"], yes = ["budget", "need", "timing"], expect = "opportunity", temperature = "hot" }\n"a call for sales jumps"                  = { person = { phone = "+442079460123" }, did = ["call.received asks=sales", "call.connected"], expect = "opportunity", kind = "SRL" }\n"three noes send back"                    = { person = { email = "a@x.example" }, did = ["email.sent 3d", "demo.held 2d"], no = ["budget", "need", "timing"], expect = "prospect" }\n"a cooled opportunity is recycled"        = { person = { email = "a@x.example" }, did = ["email.sent 121d", "demo.held 120d"], expect = "recycled" }\n"a word brings back"                      = { person = { email = "a@x.example" }, company = { industry = "food", employees = 240 }, did = ["email.sent 301d", "email.replied 300d", "email.received 1d", "email.sent"], expect = "prospect" }\n"a competitor is out"                     = { person = { email = "a@x.example" }, company = { competitor = true }, did = ["demo.requested"], expect = "disqualified" }\n','\n',char(10)),-2305843009213693952,1795926156646821,NULL,1);
INSERT INTO definition VALUES(4097,1,'Second',replace('name = "Second"\n[stages.lead]\nenter = ''did("form.submitted")''\n[stages.customer]\nenter = ''did("deal.won")''\n','\n',char(10)),-2305843009213693952,1795926157297603,NULL,0);
CREATE TABLE transition (
    person_id   bigint not null,
    lens_id     bigint not null,
    moved_at    bigint not null,
    seq         bigint not null,
    from_stage  bigint not null,
    to_stage    bigint not null,
    reason      text,
    version     bigint not null,
    evidence_at bigint not null,
    via         text   not null,
    receipt     text   not null,
    primary key (person_id, lens_id, moved_at, seq)
) without rowid;
INSERT INTO transition VALUES(36,1,1795510863000000,0,0,1,NULL,1,1795510863000000,'imports','{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"r.schoenbeck@birkensiel.example","on":[{"at":"2026-11-24T09:01:03Z","id":1,"what":"person.email","source":"finder"}]},{"p":"enter","c":"known(person.phone)","t":"true","s":"+495550000000","on":[{"at":"2026-11-24T09:01:03Z","id":1,"what":"person.phone","source":"finder"}]}]}');
INSERT INTO transition VALUES(38,1,1780905626000000,0,0,1,NULL,1,1780905626000000,'imports','{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"d.uhlenbrock@birkensiel.example","on":[{"at":"2026-06-08T08:00:26Z","id":16386,"what":"person.email","source":"import"}]},{"p":"enter","c":"known(person.phone)","t":"true","s":"+495553141593","on":[{"at":"2026-06-08T08:00:26Z","id":16386,"what":"person.phone","source":"import"}]}]}');
INSERT INTO transition VALUES(40,1,1786025650000000,0,0,1,NULL,1,1786025650000000,'website','{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"s.weissgerber@birkensiel.example","on":[{"at":"2026-08-06T14:14:10Z","id":32770,"what":"person.email","source":"form"}]},{"p":"enter","c":"known(person.phone)","t":"false"}]}');
INSERT INTO transition VALUES(42,1,1792396802000000,0,0,1,NULL,1,1792396802000000,'imports','{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"f.zellmann@birkensiel.example","on":[{"at":"2026-10-19T08:00:02Z","id":49153,"what":"person.email","source":"import"}]},{"p":"enter","c":"known(person.phone)","t":"true","s":"+495559424779","on":[{"at":"2026-10-19T08:00:02Z","id":49153,"what":"person.phone","source":"import"}]}]}');
INSERT INTO transition VALUES(42,1,1794196482000000,1,1,2,NULL,1,1793634882000000,'','{"v":1,"rule":{"enter":"prospect"},"because":[{"p":"enter","c":"score.fit >= 60","t":"true","s":"90 to 100","on":[{"at":"2026-06-08T08:00:26Z","id":8193,"what":"company.country","source":"import"},{"at":"2026-06-08T08:52:29Z","id":8194,"what":"company.employees","source":"enrichment"},{"at":"2026-06-08T08:52:29Z","id":8194,"what":"company.industry","source":"enrichment"}]},{"p":"under","c":"company.industry in [\"logistics\", \"food\"]","t":"true","s":"food","on":[{"at":"2026-06-08T08:52:29Z","id":8194,"what":"company.industry","source":"enrichment"}]},{"p":"under","c":"company.employees >= 50","t":"true","s":"1950","on":[{"at":"2026-06-08T08:52:29Z","id":8194,"what":"company.employees","source":"enrichment"}]},{"p":"under","c":"company.employees <= 5000","t":"true","s":"1950","on":[{"at":"2026-06-08T08:52:29Z","id":8194,"what":"company.employees","source":"enrichment"}]},{"p":"under","c":"company.country in [\"DE\", \"FR\", \"NL\", \"PL\"]","t":"true","s":"DE","on":[{"at":"2026-06-08T08:00:26Z","id":8193,"what":"company.country","source":"import"}]},{"p":"under","c":"person.seniority in [\"owner\", \"c-level\", \"vp\", \"director\"]","t":"unknown"},{"p":"enter","c":"two_way(days(180))","t":"true","on":[{"at":"2026-11-02T14:07:07Z","id":49157,"what":"email.sent"},{"at":"2026-11-02T15:54:42Z","id":49158,"what":"email.replied"}]},{"p":"enter","c":"score.engagement >= 30","t":"false","s":"21.74","on":[{"at":"2026-11-02T15:54:42Z","id":49158,"what":"email.replied"}]},{"p":"enter","c":"score.intent >= 70","t":"false","s":"26","on":[{"at":"2026-08-24T04:00:00Z","id":8199,"what":"score.intent","source":"intent"}]},{"p":"enter","c":"score.likelihood >= 0.3","t":"unknown"}]}');
INSERT INTO transition VALUES(44,1,1782308970000000,0,0,1,NULL,1,1782308970000000,'events','{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"m.bienkowska@birkensiel.example","on":[{"at":"2026-06-24T13:49:30Z","id":65537,"what":"person.email","source":"form"}]},{"p":"enter","c":"known(person.phone)","t":"false"}]}');
INSERT INTO transition VALUES(44,1,1784715411000000,1,1,2,NULL,1,1784715411000000,'','{"v":1,"rule":{"enter":"prospect"},"because":[{"p":"enter","c":"score.fit >= 60","t":"true","s":"90","on":[{"at":"2026-06-08T08:00:26Z","id":8193,"what":"company.country","source":"import"},{"at":"2026-06-08T08:52:29Z","id":8194,"what":"company.employees","source":"enrichment"},{"at":"2026-06-08T08:52:29Z","id":8194,"what":"company.industry","source":"enrichment"},{"at":"2026-06-24T14:50:45Z","id":65539,"what":"person.seniority","source":"enrichment"}]},{"p":"under","c":"company.industry in [\"logistics\", \"food\"]","t":"true","s":"food","on":[{"at":"2026-06-08T08:52:29Z","id":8194,"what":"company.industry","source":"enrichment"}]},{"p":"under","c":"company.employees >= 50","t":"true","s":"1950","on":[{"at":"2026-06-08T08:52:29Z","id":8194,"what":"company.employees","source":"enrichment"}]},{"p":"under","c":"company.employees <= 5000","t":"true","s":"1950","on":[{"at":"2026-06-08T08:52:29Z","id":8194,"what":"company.employees","source":"enrichment"}]},{"p":"under","c":"company.country in [\"DE\", \"FR\", \"NL\", \"PL\"]","t":"true","s":"DE","on":[{"at":"2026-06-08T08:00:26Z","id":8193,"what":"company.country","source":"import"}]},{"p":"under","c":"person.seniority in [\"owner\", \"c-level\", \"vp\", \"director\"]","t":"false","s":"specialist","on":[{"at":"2026-06-24T14:50:45Z","id":65539,"what":"person.seniority","source":"enrichment"}]},{"p":"enter","c":"two_way(days(180))","t":"true","on":[{"at":"2026-07-01T13:36:44Z","id":65543,"what":"email.sent"},{"at":"2026-07-22T10:16:51Z","id":65547,"what":"email.received"}]},{"p":"enter","c":"score.engagement >= 30","t":"true","s":"34.23","on":[{"at":"2026-06-29T07:45:41Z","id":65542,"what":"page.viewed"},{"at":"2026-07-06T16:15:51Z","id":65544,"what":"page.viewed"},{"at":"2026-07-09T11:29:26Z","id":65545,"what":"page.viewed"},{"at":"2026-07-13T07:57:27Z","id":65546,"what":"page.viewed"},{"at":"2026-07-22T10:16:51Z","id":65547,"what":"email.received"}]},{"p":"enter","c":"score.intent >= 70","t":"false","s":"66","on":[{"at":"2026-07-10T04:00:00Z","id":8198,"what":"score.intent","source":"intent"}]},{"p":"enter","c":"score.likelihood >= 0.3","t":"unknown"}]}');
INSERT INTO transition VALUES(44,1,1787605383000000,2,2,3,NULL,1,1786960983000000,'','{"v":1,"rule":{"enter":"opportunity"},"because":[{"p":"enter","c":"temperature == \"hot\"","t":"false","s":"warm","on":[{"at":"2026-07-23T07:17:27Z","id":65553,"what":"criterion.answered"},{"at":"2026-07-23T07:17:29Z","id":65554,"what":"criterion.answered"},{"at":"2026-07-23T07:17:31Z","id":65555,"what":"criterion.answered"},{"at":"2026-08-17T10:03:03Z","id":65558,"what":"criterion.answered"},{"at":"2026-08-21T07:00:40Z","id":65563,"what":"trial.started"}]},{"p":"under","c":"met(criterion.budget, criterion.authority, criterion.need, criterion.timing) >= 3","t":"false","s":"2","on":[{"at":"2026-07-23T07:17:27Z","id":65553,"what":"criterion.answered"},{"at":"2026-07-23T07:17:29Z","id":65554,"what":"criterion.answered"},{"at":"2026-07-23T07:17:31Z","id":65555,"what":"criterion.answered"},{"at":"2026-08-17T10:03:03Z","id":65558,"what":"criterion.answered"}]},{"p":"under","c":"criterion.budget","t":"true","on":[{"at":"2026-08-17T10:03:03Z","id":65558,"what":"criterion.answered"}]},{"p":"under","c":"criterion.authority","t":"false","on":[{"at":"2026-07-23T07:17:27Z","id":65553,"what":"criterion.answered"}]},{"p":"under","c":"criterion.need","t":"true","on":[{"at":"2026-07-23T07:17:29Z","id":65554,"what":"criterion.answered"}]},{"p":"under","c":"criterion.timing","t":"false","on":[{"at":"2026-07-23T07:17:31Z","id":65555,"what":"criterion.answered"}]},{"p":"under","c":"met(criterion.budget, criterion.authority, criterion.need, criterion.timing) >= 2","t":"true","s":"2","on":[{"at":"2026-07-23T07:17:27Z","id":65553,"what":"criterion.answered"},{"at":"2026-07-23T07:17:29Z","id":65554,"what":"criterion.answered"},{"at":"2026-07-23T07:17:31Z","id":65555,"what":"criterion.answered"},{"at":"2026-08-17T10:03:03Z","id":65558,"what":"criterion.answered"}]},{"p":"under","c":"did(\"*\", days(30), direction == \"inbound\")","t":"true","on":[{"at":"2026-08-21T07:00:40Z","id":65563,"what":"trial.started"}]},{"p":"enter","c":"did(\"demo.held\", days(90))","t":"true","on":[{"at":"2026-08-17T09:59:03Z","id":65557,"what":"demo.held"}]},{"p":"enter","c":"did(\"call.received\", days(30), asks == \"sales\")","t":"false"},{"p":"gate","c":"two_way()","t":"true","on":[{"at":"2026-08-17T09:59:03Z","id":65557,"what":"demo.held"}]}]}');
INSERT INTO transition VALUES(46,1,1738226101000000,0,0,1,NULL,1,1738226101000000,'website','{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"maeve.fothergill@fernfield-freight.example","on":[{"at":"2025-01-30T08:35:01Z","id":81926,"what":"person.email","source":"chat"}]},{"p":"enter","c":"known(person.phone)","t":"false"}]}');
INSERT INTO transition VALUES(46,1,1738229595000000,1,1,2,NULL,1,1738229595000000,'','{"v":1,"rule":{"enter":"prospect"},"because":[{"p":"enter","c":"score.fit >= 60","t":"true","s":"70","on":[{"at":"2025-01-30T08:26:09Z","id":24577,"what":"company.country","source":"form"},{"at":"2025-01-30T09:09:40Z","id":81927,"what":"person.seniority","source":"enrichment"},{"at":"2025-01-30T09:33:15Z","id":24578,"what":"company.employees","source":"enrichment"},{"at":"2025-01-30T09:33:15Z","id":24578,"what":"company.industry","source":"enrichment"}]},{"p":"under","c":"company.industry in [\"logistics\", \"food\"]","t":"true","s":"logistics","on":[{"at":"2025-01-30T09:33:15Z","id":24578,"what":"company.industry","source":"enrichment"}]},{"p":"under","c":"company.employees >= 50","t":"true","s":"59","on":[{"at":"2025-01-30T09:33:15Z","id":24578,"what":"company.employees","source":"enrichment"}]},{"p":"under","c":"company.employees <= 5000","t":"true","s":"59","on":[{"at":"2025-01-30T09:33:15Z","id":24578,"what":"company.employees","source":"enrichment"}]},{"p":"under","c":"company.country in [\"DE\", \"FR\", \"NL\", \"PL\"]","t":"false","s":"GB","on":[{"at":"2025-01-30T08:26:09Z","id":24577,"what":"company.country","source":"form"}]},{"p":"under","c":"person.seniority in [\"owner\", \"c-level\", \"vp\", \"director\"]","t":"false","s":"manager","on":[{"at":"2025-01-30T09:09:40Z","id":81927,"what":"person.seniority","source":"enrichment"}]},{"p":"enter","c":"two_way(days(180))","t":"true","on":[{"at":"2025-01-30T08:33:01Z","id":81924,"what":"chat.started"},{"at":"2025-01-30T08:34:10Z","id":81925,"what":"chat.answered"}]},{"p":"enter","c":"score.engagement >= 30","t":"false","s":"22.95","on":[{"at":"2025-01-30T08:26:09Z","id":81921,"what":"page.viewed"},{"at":"2025-01-30T08:28:57Z","id":81922,"what":"page.viewed"},{"at":"2025-01-30T08:32:11Z","id":81923,"what":"page.viewed"},{"at":"2025-01-30T08:33:01Z","id":81924,"what":"chat.started"}]},{"p":"enter","c":"score.intent >= 70","t":"unknown"},{"p":"enter","c":"score.likelihood >= 0.3","t":"unknown"}]}');
INSERT INTO transition VALUES(46,1,1762603279000000,2,2,5,'cooled',1,1762603279000000,'','{"v":1,"rule":{"leave":["prospect",0]},"because":[{"p":"leave","c":"dwell() >= days(180)","t":"true","s":"282 days"},{"p":"leave","c":"did(\"*\", days(180), direction == \"inbound\")","t":"false"}]}');
INSERT INTO transition VALUES(46,4097,1747051279000000,0,0,1,NULL,1,1747051279000000,'website','{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"did(\"form.submitted\")","t":"true","on":[{"at":"2025-05-12T12:01:19Z","id":81935,"what":"form.submitted"}]}]}');
INSERT INTO transition VALUES(48,1,1775141880000000,0,0,1,NULL,1,1775141880000000,'finder','{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"d.lesniak@malinowo-hurtspozywczy.example","on":[{"at":"2026-04-02T14:58:00Z","id":98305,"what":"person.email","source":"finder"}]},{"p":"enter","c":"known(person.phone)","t":"false"}]}');
INSERT INTO transition VALUES(50,1,1745211620000000,0,0,1,NULL,1,1745211620000000,'partners','{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"turid.teigland@otterau-agrar.example","on":[{"at":"2025-04-21T05:00:20Z","id":114689,"what":"person.email","source":"feed"}]},{"p":"enter","c":"known(person.phone)","t":"false"}]}');
INSERT INTO transition VALUES(52,1,1745241132000000,0,0,1,NULL,1,1745241132000000,'website','{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"niklas.juergens@otterau-agrar.example","on":[{"at":"2025-04-21T13:12:12Z","id":131074,"what":"person.email","source":"trial"}]},{"p":"enter","c":"known(person.phone)","t":"true","s":"+495555132744","on":[{"at":"2025-04-21T13:12:12Z","id":131074,"what":"person.phone","source":"trial"}]}]}');
INSERT INTO transition VALUES(54,1,1782829058000000,0,0,1,NULL,1,1782829058000000,'website','{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"natalia.falcao@ribeirafria.example","on":[{"at":"2026-06-30T14:17:38Z","id":147459,"what":"person.email","source":"form"}]},{"p":"enter","c":"known(person.phone)","t":"true","s":"+3515558274337","on":[{"at":"2026-06-30T14:17:38Z","id":147459,"what":"person.phone","source":"form"}]}]}');
INSERT INTO transition VALUES(54,4097,1782829058000000,0,0,1,NULL,1,1782829058000000,'website','{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"did(\"form.submitted\")","t":"true","on":[{"at":"2026-06-30T14:17:38Z","id":147460,"what":"form.submitted"}]}]}');
INSERT INTO transition VALUES(56,1,1789547088000000,0,0,1,NULL,1,1789547088000000,'website','{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"estevao.madureira@ribeirafria.example","on":[{"at":"2026-09-16T08:24:48Z","id":163846,"what":"person.email","source":"chat"}]},{"p":"enter","c":"known(person.phone)","t":"false"}]}');
INSERT INTO transition VALUES(58,1,1743675593000000,0,0,1,NULL,1,1743675593000000,'website','{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"raffaella.orsenigo@piepetra.example","on":[{"at":"2025-04-03T10:19:53Z","id":180227,"what":"person.email","source":"form"}]},{"p":"enter","c":"known(person.phone)","t":"false"}]}');
INSERT INTO transition VALUES(6150,1,1795926157230729,0,0,1,NULL,1,1795926157230729,'forms','{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"ann@fixture.example","on":[{"at":"2026-11-29T04:22:37.230729Z","id":4916281797528214889,"what":"person.email","source":"import"}]},{"p":"enter","c":"known(person.phone)","t":"false"}]}');
INSERT INTO transition VALUES(6150,1,1795926157408676,1,1,6,'a fixture',1,1795926157408676,'','{"v":1,"rule":{"hand":7169}}');
INSERT INTO transition VALUES(6150,4097,1767571200000000,0,0,1,NULL,1,1767571200000000,'forms','{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"did(\"form.submitted\")","t":"true","on":[{"at":"2026-01-05T00:00:00Z","id":953017951161860355,"what":"form.submitted"}]}]}');
INSERT INTO transition VALUES(6152,1,1795926157230729,0,0,1,NULL,1,1795926157230729,'forms','{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"known(person.email)","t":"true","s":"ben@fixture.example","on":[{"at":"2026-11-29T04:22:37.230729Z","id":6468518365059708162,"what":"person.email","source":"import"}]},{"p":"enter","c":"known(person.phone)","t":"false"}]}');
INSERT INTO transition VALUES(6152,4097,1767657600000000,0,0,1,NULL,1,1767657600000000,'forms','{"v":1,"rule":{"enter":"lead"},"because":[{"p":"enter","c":"did(\"form.submitted\")","t":"true","on":[{"at":"2026-01-06T00:00:00Z","id":7562572443067870440,"what":"form.submitted"}]}]}');
CREATE TABLE flow (
    lens_id    bigint not null,
    cohort_day bigint not null,
    from_stage bigint not null,
    to_stage   bigint not null,
    via        text   not null,
    n          bigint not null,
    primary key (lens_id, cohort_day, from_stage, to_stage, via)
) without rowid;
INSERT INTO flow VALUES(1,20118,0,1,'website',1);
INSERT INTO flow VALUES(1,20118,1,2,'',1);
INSERT INTO flow VALUES(1,20118,2,5,'',1);
INSERT INTO flow VALUES(1,20181,0,1,'website',1);
INSERT INTO flow VALUES(1,20199,0,1,'partners',1);
INSERT INTO flow VALUES(1,20199,0,1,'website',1);
INSERT INTO flow VALUES(1,20545,0,1,'finder',1);
INSERT INTO flow VALUES(1,20612,0,1,'imports',1);
INSERT INTO flow VALUES(1,20628,0,1,'events',1);
INSERT INTO flow VALUES(1,20628,1,2,'',1);
INSERT INTO flow VALUES(1,20628,2,3,'',1);
INSERT INTO flow VALUES(1,20634,0,1,'website',1);
INSERT INTO flow VALUES(1,20671,0,1,'website',1);
INSERT INTO flow VALUES(1,20712,0,1,'website',1);
INSERT INTO flow VALUES(1,20745,0,1,'imports',1);
INSERT INTO flow VALUES(1,20745,1,2,'',1);
INSERT INTO flow VALUES(1,20781,0,1,'imports',1);
INSERT INTO flow VALUES(1,20786,0,1,'forms',2);
INSERT INTO flow VALUES(1,20786,1,6,'',1);
INSERT INTO flow VALUES(4097,20220,0,1,'website',1);
INSERT INTO flow VALUES(4097,20458,0,1,'forms',1);
INSERT INTO flow VALUES(4097,20459,0,1,'forms',1);
INSERT INTO flow VALUES(4097,20634,0,1,'website',1);
CREATE TABLE backtest (
    id          bigint primary key,
    lens_id     bigint not null,
    job_id      bigint,
    name        text   not null,
    text        text   not null,
    until_at    bigint not null,
    within_us   bigint,
    started_at  bigint not null,
    started_by  bigint,
    finished_at bigint,
    result      text,
    refusal     text
);
CREATE TABLE lens_choice (
    user_id bigint primary key,
    lens_id bigint not null
);
CREATE TABLE draft (
    id          bigint primary key,
    lens_id     bigint not null,
    text        text   not null,
    note        text   not null,
    state       bigint not null,
    revision    bigint not null,
    made_at     bigint not null,
    made_by     bigint,
    changed_at  bigint not null,
    changed_by  bigint,
    proposed_at bigint,
    proposed_by bigint,
    closed_at   bigint,
    version     bigint
);
INSERT INTO draft VALUES(5121,1,replace('name = "Second"\n[stages.lead]\nenter = ''did("form.submitted")''\n[stages.customer]\nenter = ''did("deal.won")''\n','\n',char(10)),'',1,1,1795926157330556,NULL,1795926157330556,NULL,1795926157330556,NULL,NULL,NULL);
CREATE TABLE approval (
    draft_id    bigint not null,
    team        text   not null,
    user_id     bigint,
    approved_at bigint not null,
    primary key (draft_id, team)
);
CREATE TABLE dispute (
    id          bigint primary key,
    person_id   bigint not null,
    lens_id     bigint not null,
    moved_at    bigint not null,
    to_stage    bigint not null,
    words       text   not null,
    raised_at   bigint not null,
    raised_by   bigint,
    resolved_at bigint,
    resolved_by bigint,
    resolution  text
);
CREATE TABLE segment_word (
    id           bigint primary key,
    of_activity  bigint not null,
    word         text  not null,
    of_companies bigint not null,
    built_to     bigint
);
INSERT INTO segment_word VALUES(6145,1,'form.submitted',0,NULL);
CREATE TABLE segment_fact (
    word_id    bigint not null,
    person_id  bigint not null,
    from_at    bigint not null,
    until_at   bigint,
    as_text    text,
    as_number  double precision,
    as_truth   bigint,
    as_moment  bigint,
    as_items   text,
    primary key (word_id, person_id, from_at)
) without rowid;
CREATE TABLE segment_activity (
    word_id   bigint not null,
    person_id bigint not null,
    from_at   bigint not null,
    until_at  bigint,
    last_at   bigint,
    times     bigint not null,
    any_at    bigint not null,
    primary key (word_id, person_id, from_at)
) without rowid;
INSERT INTO segment_activity VALUES(6145,46,0,NULL,1747051279000000,1,1747051279000000);
INSERT INTO segment_activity VALUES(6145,54,0,NULL,1782829058000000,1,1782829058000000);
INSERT INTO segment_activity VALUES(6145,6150,0,NULL,1767571200000000,1,1767571200000000);
INSERT INTO segment_activity VALUES(6145,6152,0,NULL,1767657600000000,1,1767657600000000);
CREATE TABLE handoff (
    person_id   bigint not null,
    lens_id     bigint not null,
    handed_at   bigint not null,
    seq         bigint not null,
    stage       bigint not null,
    version     bigint not null,
    via         text   not null,
    campaign    text   not null,
    due_at      bigint not null,
    outcome     bigint not null,
    answered_at bigint,
    reason      text,
    left_at     bigint,
    primary key (person_id, lens_id, handed_at, seq)
) without rowid;
INSERT INTO handoff VALUES(42,1,1794196482000000,1,2,1,'imports','',1794282882000000,0,NULL,NULL,NULL);
INSERT INTO handoff VALUES(44,1,1784715411000000,1,2,1,'events','webinar-depots-and-ramps-2026',1784801811000000,3,NULL,NULL,1787605383000000);
INSERT INTO handoff VALUES(44,1,1787605383000000,2,3,1,'events','webinar-depots-and-ramps-2026',1787619783000000,0,NULL,NULL,NULL);
INSERT INTO handoff VALUES(46,1,1738229595000000,1,2,1,'website','',1738315995000000,1,1738318336000000,NULL,1762603279000000);
CREATE TABLE kept_since (
    what    text   primary key,
    kept_at bigint not null
);
INSERT INTO kept_since VALUES('handoff',1795926156646821);
INSERT INTO kept_since VALUES('former_employee',1795926156646821);
CREATE TABLE company_deed (
    company_id   bigint not null,
    activities   bigint not null,
    occurred_at  bigint not null,
    subject_id   bigint not null,
    activity_id  bigint not null,
    point        bigint not null,
    counts_from  bigint not null,
    counts_until bigint,
    primary key (company_id, activities, occurred_at, subject_id, activity_id, point, counts_from)
) without rowid;
CREATE TABLE company_score (
    company_id bigint not null,
    rule       bigint not null,
    crossed_at bigint not null,
    value      double precision not null,
    primary key (company_id, rule, crossed_at)
) without rowid;
CREATE TABLE company_watch (
    company_id bigint primary key,
    counted_at bigint not null,
    deeds      bigint not null,
    next_at    bigint,
    is_behind  bigint not null
);
CREATE TABLE former_employee (
    company_id bigint not null,
    person_id  bigint not null,
    until_at   bigint not null,
    primary key (company_id, person_id)
) without rowid;
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 VALUES('handoff','handoff_waiting','2 2 1 1');
INSERT INTO sqlite_stat1 VALUES('handoff','handoff_handed','4 4 1');
INSERT INTO sqlite_stat1 VALUES('handoff','handoff','4 2 2 1 1');
INSERT INTO sqlite_stat1 VALUES('job','job_done','1 1');
INSERT INTO sqlite_stat1 VALUES('job','job_once','0 0 0');
INSERT INTO sqlite_stat1 VALUES('job','job_due','0 0 0');
INSERT INTO sqlite_stat1 VALUES('job','sqlite_autoindex_job_1','1 1');
INSERT INTO sqlite_stat1 VALUES('migration','sqlite_autoindex_migration_1','15 3 1');
INSERT INTO sqlite_stat1 VALUES('kept_since','sqlite_autoindex_kept_since_1','2 1');
INSERT INTO sqlite_stat1 VALUES('team_user','sqlite_autoindex_team_user_2','9 1');
INSERT INTO sqlite_stat1 VALUES('team_user','sqlite_autoindex_team_user_1','9 1');
INSERT INTO sqlite_stat1 VALUES('id_block','sqlite_autoindex_id_block_1','1 1');
INSERT INTO sqlite_stat1 VALUES('person','person_company','12 2');
INSERT INTO sqlite_stat1 VALUES('person','sqlite_autoindex_person_1','12 1');
INSERT INTO sqlite_stat1 VALUES('standing','standing_next','7 1');
INSERT INTO sqlite_stat1 VALUES('standing','standing_touched','12 12 3 1 1');
INSERT INTO sqlite_stat1 VALUES('standing','standing_engagement','12 12 3 1 1');
INSERT INTO sqlite_stat1 VALUES('standing','standing_fit','12 12 3 2 1');
INSERT INTO sqlite_stat1 VALUES('standing','standing_name','12 12 3 1 1');
INSERT INTO sqlite_stat1 VALUES('standing','standing','12 12 1');
INSERT INTO sqlite_stat1 VALUES('subject_key','subject_key_subject','23 2');
INSERT INTO sqlite_stat1 VALUES('subject_key','subject_key','23 12 8 1');
INSERT INTO sqlite_stat1 VALUES('definition','definition','1 1 1');
INSERT INTO sqlite_stat1 VALUES('transition','transition','17 2 2 1 1');
INSERT INTO sqlite_stat1 VALUES('flow','flow','17 17 2 1 1 1');
INSERT INTO sqlite_stat1 VALUES('setting','sqlite_autoindex_setting_1','1 1');
INSERT INTO sqlite_stat1 VALUES('activity','activity','229 13 1 1');
INSERT INTO sqlite_stat1 VALUES('company','sqlite_autoindex_company_1','6 1');
INSERT INTO sqlite_stat1 VALUES('lens','sqlite_autoindex_lens_1','1 1');
INSERT INTO sqlite_stat1 VALUES('stage_tally','stage_tally','4 4 1');
INSERT INTO sqlite_stat1 VALUES('workspace','sqlite_autoindex_workspace_1','1 1');
INSERT INTO sqlite_stat1 VALUES('token','token_of_user','1 1');
INSERT INTO sqlite_stat1 VALUES('token','sqlite_autoindex_token_2','1 1');
INSERT INTO sqlite_stat1 VALUES('token','sqlite_autoindex_token_1','1 1');
INSERT INTO sqlite_stat1 VALUES('import','sqlite_autoindex_import_1','1 1');
INSERT INTO sqlite_stat1 VALUES('import_rejection','import_rejection','1 1 1');
INSERT INTO sqlite_stat1 VALUES('draft','draft_changed','1 1 1');
INSERT INTO sqlite_stat1 VALUES('draft','sqlite_autoindex_draft_1','1 1');
INSERT INTO sqlite_stat1 VALUES('segment_activity','segment_activity','4 4 1 1');
INSERT INTO sqlite_stat1 VALUES('segment_word','segment_word_word','1 1 1');
INSERT INTO sqlite_stat1 VALUES('segment_word','sqlite_autoindex_segment_word_1','1 1');
ANALYZE sqlite_schema;
CREATE INDEX job_due on job (run_at, id) where done_at is null;
CREATE UNIQUE INDEX job_once on job (name, unique_key) where done_at is null;
CREATE INDEX job_done on job (done_at) where done_at is not null;
CREATE INDEX session_of_user on session (user_id);
CREATE INDEX session_by_expiry on session (expires_at);
CREATE INDEX sign_in_try_by_age on sign_in_try (since_at);
CREATE INDEX token_of_user on token (user_id);
CREATE INDEX person_company on person (company_id) where company_id is not null;
CREATE INDEX subject_key_subject on subject_key (subject_id);
CREATE INDEX standing_name on standing (lens_id, stage, name_key, person_id);
CREATE INDEX standing_fit on standing (lens_id, stage, fit_low, person_id);
CREATE INDEX standing_engagement on standing (lens_id, stage, engagement_key, person_id);
CREATE INDEX standing_touched on standing (lens_id, stage, touched_at, person_id);
CREATE INDEX standing_next on standing (next_at) where next_at is not null;
CREATE INDEX backtest_started on backtest (started_at, id);
CREATE INDEX draft_changed on draft (changed_at, id);
CREATE INDEX dispute_person on dispute (person_id, lens_id);
CREATE INDEX dispute_open on dispute (raised_at) where resolved_at is null;
CREATE UNIQUE INDEX segment_word_word on segment_word (of_activity, word);
CREATE INDEX handoff_handed on handoff (lens_id, handed_at);
CREATE INDEX handoff_waiting on handoff (lens_id, handed_at, person_id) where outcome = 0;
CREATE INDEX company_deed_subject on company_deed (subject_id);
CREATE INDEX company_watch_next on company_watch (next_at) where next_at is not null;
CREATE INDEX former_employee_person on former_employee (person_id);
COMMIT;
