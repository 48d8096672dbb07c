//! The fortune teller: what it asks, what it tells, and how many questions that takes.

use std::collections::BTreeMap;

use funnel::tell::{Answers, Question, Teller};
use funnel::{Definition, Stage, packs};

fn teller(name: &str) -> Teller {
    let found = packs::find(name).and_then(|text| Definition::parse(text).ok());
    Teller::new(&found.unwrap_or_else(|| panic!("no pack {name}")))
}

fn answers(said: &[(&str, &str)]) -> Answers {
    let mut answers = Answers::default();
    for (question, answer) in said {
        let heard = answers.answer(question, answer);
        heard.unwrap_or_else(|unheard| panic!("{unheard}"));
    }
    answers
}

/// As the table of the dialogues writes it: `lead so far; place = all: prospect`.
fn verdict(teller: &mut Teller, answers: &Answers) -> String {
    let found = teller.verdict(answers);
    let mut words = found.stage.to_string();
    if found.is_so_far {
        words.push_str(" so far");
    }
    match found.change {
        Some(change) => {
            let (question, answer) = (change.question.as_str(), change.answer.word);
            words.push_str(&format!("; {question} = {answer}: {}", change.stage));
        }
        None => words.push_str("; no single answer"),
    }
    words
}

/// Asks as the teller does, and gives these answers; what was asked, `…` for what is left.
fn dialogue(lens: &str, said: &[(&str, &str)]) -> Vec<&'static str> {
    let mut teller = teller(lens);
    let mut given = Answers::default();
    let mut asked = Vec::new();
    while let Some(question) = teller.next(&given) {
        asked.push(question.as_str());
        let answer = said.iter().find(|(word, _)| *word == question.as_str());
        let Some((question, answer)) = answer else {
            asked.push("…");
            break;
        };
        given.answer(question, answer).unwrap_or_else(|unheard| panic!("{unheard}"));
    }
    assert_eq!(given, answers(said), "everything said was asked for");
    asked
}

#[test]
fn the_three_dialogues_ask_and_tell_what_they_are_known_to() {
    let school = [("act", "nothing"), ("talk", "both, keen")];
    assert_eq!(dialogue("article-c-communication", &school), ["act", "talk"]);
    let caller = [("firm", "?"), ("act", "called sales"), ("place", "?"), ("need", "now")];
    assert_eq!(dialogue("default", &caller), ["firm", "act", "place", "need"]);
    assert_eq!(answers(&caller).implied(Question::Talk), Some("both"));
    let trial = [("firm", "profile"), ("act", "trial"), ("talk", "nobody"), ("place", "all")];
    assert_eq!(dialogue("default", &trial), ["firm", "act", "talk", "place"]);

    let table = [
        (
            "article-a",
            "lead so far; place = all: prospect",
            "lead; place = all: opportunity",
            "prospect; no single answer",
        ),
        (
            "article-b",
            "none so far; firm = profile: lead",
            "none; firm = profile: lead",
            "lead so far; budget = yes: opportunity",
        ),
        (
            "article-c-communication",
            "prospect; act = trial: opportunity",
            "opportunity; no single answer",
            "lead; act = demo seen: opportunity",
        ),
        (
            "article-c-fit",
            "lead so far; act = called sales: opportunity",
            "opportunity; no single answer",
            "opportunity; no single answer",
        ),
        (
            "article-d",
            "prospect; act = trial: opportunity",
            "prospect; act = trial: opportunity",
            "opportunity; no single answer",
        ),
        (
            "article-e-marketing",
            "none; no single answer",
            "none; no single answer",
            "prospect; no single answer",
        ),
        (
            "article-e-sales",
            "lead so far; act = demo agreed: prospect",
            "prospect so far; budget = yes: opportunity",
            "none; act = demo agreed: prospect",
        ),
        (
            "article-e-shared",
            "none so far; firm = profile: lead",
            "none; firm = profile: opportunity",
            "prospect; act = demo seen: opportunity",
        ),
        (
            "default",
            "lead so far; act = demo seen: opportunity",
            "opportunity; no single answer",
            "prospect; act = demo seen: opportunity",
        ),
    ];
    let dialogues = [&school[..], &caller, &trial].map(answers);
    for (lens, first, second, third) in table {
        let mut teller = teller(lens);
        let told = dialogues.each_ref().map(|answers| verdict(&mut teller, answers));
        assert_eq!(told, [first, second, third], "{lens}");
    }
}

#[test]
fn where_no_single_answer_will_do_two_may() {
    let trial = [("firm", "profile"), ("act", "trial"), ("talk", "nobody"), ("place", "all")];
    for (lens, two) in [
        ("article-a", [("need", "now"), ("talk", "both")]),
        ("article-e-marketing", [("talk", "both"), ("accepted", "yes")]),
    ] {
        let mut teller = teller(lens);
        let mut given = answers(&trial);
        for (question, answer) in two {
            assert_eq!(teller.stage(&given), Stage::Prospect, "{lens}");
            given.answer(question, answer).unwrap();
        }
        assert_eq!(teller.stage(&given), Stage::Opportunity, "{lens}");
    }
}

#[test]
fn who_has_bought_is_a_customer_to_everybody_and_is_asked_nothing_more() {
    for (lens, _) in packs::ALL {
        let mut teller = teller(lens);
        let bought = answers(&[("firm", "outside"), ("act", "bought")]);
        assert_eq!(verdict(&mut teller, &bought), "customer; no single answer", "{lens}");
        assert_eq!(teller.next(&bought), None, "{lens}");
    }
}

#[test]
fn words_are_taken_as_people_write_them_and_others_refused_with_what_is_possible() {
    let mut given = Answers::default();
    given.answer("Act", "Demo-seen").unwrap();
    given.answer("talk", "ONLY_WE").unwrap();
    assert_eq!((given.word(Question::Act), given.count()), (Some("demo seen"), 2));
    assert_eq!(given.implied(Question::Talk), None, "somebody answers it otherwise");
    let refused = given.answer("mood", "good").unwrap_err();
    assert_eq!(
        refused.to_string(),
        "\"mood\" is no question; there are firm, act, talk, place, need, budget, signs, accepted"
    );
    let refused = given.answer("need", "soon").unwrap_err();
    assert_eq!(refused.to_string(), "\"soon\" is no answer to need: now, later, no, ?");
}

/// Every set of answers that goes together: nobody bought, and after a demo or a call both spoke.
fn sets() -> Vec<Answers> {
    let mut sets = vec![Answers::default()];
    for question in Question::ALL {
        let each = |set: &Answers| {
            let set = *set;
            (0..question.answers().len()).map(move |place| set.with(question, place))
        };
        sets = sets.iter().flat_map(each).collect();
    }
    sets.retain(|set| {
        let (act, talk) = (set.word(Question::Act), set.word(Question::Talk));
        let spoke = matches!(act, Some("demo seen" | "called sales"));
        !set.bought() && (!spoke || matches!(talk, Some("both" | "keen")))
    });
    sets
}

/// How many questions somebody answers of whom all this is so. After a demo or a call it is taken
/// that both have spoken; who is keen besides says so while there is something to say, which counts
/// as an answer.
fn questions(
    teller: &mut Teller,
    set: &Answers,
    memo: &mut BTreeMap<Answers, Option<Question>>,
) -> usize {
    let mut given = Answers::default();
    while let Some(next) = *memo.entry(given).or_insert_with(|| teller.next(&given)) {
        let is_keen = set.word(Question::Talk) == Some("keen");
        let implied = given.implied(Question::Talk).is_some();
        let question = if implied && is_keen { Question::Talk } else { next };
        given = given.with(question, set.given(question).unwrap_or(usize::MAX));
    }
    // What was taken for granted stands where nobody said otherwise.
    let taken = given.implied(Question::Talk).is_some();
    let set = if taken { set.with(Question::Talk, 3) } else { *set };
    assert_eq!(teller.stage(&given), teller.stage(&set), "{given:?} of {set:?}");
    given.count()
}

#[test]
fn the_packs_differ_as_much_and_ask_as_little_as_they_are_known_to() {
    let sets = sets();
    assert_eq!(sets.len(), 39_168);
    let share = |part: usize| part as f64 / sets.len() as f64;
    let mut verdicts: Vec<Vec<Stage>> = vec![Vec::new(); sets.len()];
    let mut counted = Vec::new();
    let mut unsettled = vec![0; 256];
    for (name, _) in packs::ALL {
        let mut teller = teller(name);
        let mut memo = BTreeMap::new();
        let (mut sum, mut most) = (0, 0);
        for (set, verdicts) in sets.iter().zip(&mut verdicts) {
            let stage = teller.stage(set);
            if !verdicts.contains(&stage) {
                verdicts.push(stage);
            }
            let questions = questions(&mut teller, set, &mut memo);
            sum += questions;
            most = most.max(questions);
        }
        counted.push(format!("{name} {:.1} ({most})", share(sum)));
        let more = count_unsettled(&mut teller, &sets);
        unsettled.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
    }
    assert_eq!(
        counted,
        [
            "article-a 4.5 (6)",
            "article-b 1.7 (5)",
            "article-c-communication 1.9 (2)",
            "article-c-fit 4.3 (7)",
            "article-d 1.7 (2)",
            "article-e-marketing 1.8 (4)",
            "article-e-sales 2.3 (5)",
            "article-e-shared 2.2 (4)",
            "default 4.6 (7)",
        ]
    );
    let of = |several: &[usize]| verdicts.iter().filter(|v| several.contains(&v.len())).count();
    assert_eq!(format!("{:.1} %", 100.0 * share(of(&[1]))), "0.9 %");
    assert_eq!(format!("{:.0} %", 100.0 * share(of(&[3, 4]))), "74 %");
    assert_eq!(of(&[1, 2, 3, 4]), sets.len(), "five verdicts are never given");

    // Without skipping, a question is asked of everybody who is not settled by those before it; so
    // the fewest is the cheapest way from no question to all.
    let mut fewest = vec![0; 256];
    for asked in (0..255_usize).rev() {
        let after = (0..8).filter(|q| asked & (1 << q) == 0).map(|q| fewest[asked | 1 << q]).min();
        fewest[asked] = unsettled[asked] + after.unwrap();
    }
    let ours: usize = (0..8).map(|q| unsettled[(1 << q) - 1]).sum();
    assert_eq!(ours, fewest[0], "no other order needs fewer questions over all packs");
}

/// For each choice of questions, as bits: how many sets of answers are not settled by them.
fn count_unsettled(teller: &mut Teller, sets: &[Answers]) -> Vec<usize> {
    // One more place for each question: any answer.
    let sizes = Question::ALL.map(|question| question.answers().len() + 1);
    let place = |digits: &[usize; 8]| {
        digits.iter().zip(sizes).fold(0, |place, (digit, size)| place * size + digit)
    };
    // How many sets lie beneath, and their stage, or that they have several.
    let mut beneath: Vec<(usize, Option<Stage>, bool)> =
        vec![(0, None, false); sizes.iter().product()];
    for set in sets {
        let digits = Question::ALL.map(|question| set.given(question).unwrap_or_default());
        beneath[place(&digits)] = (1, Some(teller.stage(set)), false);
    }
    let mut unsettled = vec![0; 256];
    let mut digits = [0; 8];
    for at in 0..beneath.len() {
        let mut rest = at;
        for (digit, size) in digits.iter_mut().zip(sizes).rev() {
            (*digit, rest) = (rest % size, rest / size);
        }
        let any = digits.iter().zip(sizes).position(|(digit, size)| *digit + 1 == size);
        if let Some(any) = any {
            let step: usize = sizes[any + 1..].iter().product();
            let mut all = (0, None, false);
            for one in 1..sizes[any] {
                let (count, stage, several) = beneath[at - one * step];
                if count > 0 {
                    all.2 |= several || all.1.is_some() && all.1 != stage;
                    all = (all.0 + count, stage, all.2);
                }
            }
            beneath[at] = all;
        }
        if beneath[at].2 {
            let asked = digits
                .iter()
                .zip(sizes)
                .rev()
                .fold(0, |bits, (digit, size)| bits << 1 | usize::from(*digit + 1 < size));
            unsettled[asked] += beneath[at].0;
        }
    }
    unsettled
}
