// What pages do beyond links and forms. Each part looks for what it knows and leaves a page without it alone, so that
// every page works as it was sent when no script runs.

import { answerByKey } from "./answer.ts";
import { openBelowBell } from "./bell.ts";
import { changeMany } from "./bulk.ts";
import { findCalls, tryCalls } from "./calls.ts";
import { checkWhileWriting } from "./draft.ts";
import { goToEvidence } from "./evidence.ts";
import { chooseByTyping, editFacts } from "./edit.ts";
import { editInForm } from "./form.ts";
import { filterLists } from "./filter.ts";
import { watchForms } from "./forms.ts";
import { listenForKeys } from "./keys.ts";
import { listenLive } from "./live.ts";
import { keepCounts, loadAsOneScrolls } from "./list.ts";
import { writeNotes } from "./notes.ts";
import { openPalette } from "./palette.ts";
import { usePasskeys } from "./passkey.ts";
import { poll } from "./poll.ts";
import { chooseRows } from "./select.ts";
import { showWhyIfAsked } from "./why.ts";

listenForKeys();
openPalette();
openBelowBell();
keepCounts();
loadAsOneScrolls();
filterLists();
chooseRows();
changeMany();
poll();
watchForms();
usePasskeys();
editInForm();
editFacts();
chooseByTyping();
checkWhileWriting();
answerByKey();
showWhyIfAsked();
goToEvidence();
findCalls();
tryCalls();
writeNotes();
listenLive();
