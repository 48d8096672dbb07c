//! The newsletter: one a month to whoever subscribed, until they have enough of it.

use moment::{Moment, Span};

use super::Life;
use crate::almanac::{Almanac, awake, minutes_later};
use crate::chance::{Chance, Purpose};
use crate::scribe::Did;
use crate::truth::Persona;

impl Life<'_> {
    pub(super) fn letters(&mut self) {
        let Some(from) = self.subscribed_at else { return };
        let mut chance = self.chance(Purpose::Letters);
        let opens = match self.truth.persona {
            Persona::Silent | Persona::Skeptic => 0.03,
            Persona::Subscriber => 0.3,
            Persona::Researcher => 0.25,
            Persona::Evaluator | Persona::Tester => 0.22,
            Persona::Caller => 0.05,
        } * self.truth.chattiness.min(1.6);
        // Some programs fetch every picture, whether anybody looks or not.
        let program_opens = chance.hit(0.25);
        // Interest fades: of those who read, half no longer do after so many letters.
        let patience = 3.0 + chance.wait(10.0);
        let almanac = self.almanac;
        let mut since = 0.0;
        for letter in Almanac::after(&almanac.letters, from) {
            let at = letter.at + Span::seconds((self.person % 240) as i64);
            let lost = self.was_lost() && self.closed_at.is_some_and(|closed| at > closed);
            if self.scribe.is_over(at) || at >= self.no_mail_from || (lost && chance.hit(0.4)) {
                return;
            }
            let sent = self.scribe.did(at, Did::EmailSent).with("bulk", true);
            sent.campaign(&letter.campaign).subject(letter.about);
            self.machines_open(at, 1.0, &mut chance);
            if program_opens {
                let deed = self.scribe.did(at + Span::minutes(2), Did::EmailOpened);
                deed.campaign(&letter.campaign).by_whom_is_unsure();
            }
            since += 1.0;
            if chance.hit(opens / (1.0 + since / patience)) {
                self.read(at, &letter.campaign, &mut chance);
            }
            match chance.unit() {
                roll if roll < 0.0008 => {
                    self.scribe
                        .did(at + Span::hours(5), Did::EmailComplained)
                        .campaign(&letter.campaign);
                    return;
                }
                roll if roll < 0.03 => {
                    let deed = self.scribe.did(at + Span::hours(3), Did::EmailUnsubscribed);
                    deed.campaign(&letter.campaign);
                    return;
                }
                _ => {}
            }
        }
    }

    fn read(&mut self, sent: Moment, campaign: &str, chance: &mut Chance) {
        let at = awake(minutes_later(sent, 20, 60 * 30, chance));
        self.scribe.did(at, Did::EmailOpened).campaign(campaign);
        if chance.hit(0.22) {
            self.scribe.did(at + Span::seconds(40), Did::EmailClicked).campaign(campaign);
            let pages = 1 + chance.below(2);
            self.look_around(at + Span::seconds(42), pages, chance);
        }
    }
}
