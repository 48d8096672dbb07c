//! What the program teaches is read before it changes.

use std::path::Path;

use crate::program::Program;

const COMMANDS: &[&[&str]] = &[
    &[],
    &["serve"],
    &["web"],
    &["work"],
    &["import"],
    &["demo"],
    &["people"],
    &["person"],
    &["person", "add"],
    &["export"],
    &["companies"],
    &["company"],
    &["company", "add"],
    &["search"],
    &["set"],
    &["assign"],
    &["said"],
    &["sources"],
    &["gdpr", "basis"],
    &["note", "add"],
    &["note", "list"],
    &["note", "edit"],
    &["note", "remove"],
    &["note", "restore"],
    &["gdpr", "export"],
    &["gdpr", "erase"],
    &["retention"],
    &["retention", "list"],
    &["retention", "try"],
    &["retention", "create"],
    &["retention", "remove"],
    &["retention", "run"],
    &["why"],
    &["why-not"],
    &["answer"],
    &["move"],
    &["lenses"],
    &["tell"],
    &["funnel"],
    &["handoffs"],
    &["handoff"],
    &["dispute"],
    &["dispute", "raise"],
    &["dispute", "resolve"],
    &["definition"],
    &["definition", "check"],
    &["definition", "try"],
    &["definition", "adopt"],
    &["definition", "take-back"],
    &["definition", "test"],
    &["definition", "diff"],
    &["definition", "backtest"],
    &["definition", "compare"],
    &["definition", "propose"],
    &["definition", "show"],
    &["field"],
    &["field", "list"],
    &["field", "create"],
    &["field", "change"],
    &["field", "remove"],
    &["segment"],
    &["segment", "list"],
    &["segment", "create"],
    &["segment", "change"],
    &["segment", "remove"],
    &["list"],
    &["list", "list"],
    &["list", "create"],
    &["list", "add"],
    &["list", "take"],
    &["list", "remove"],
    &["user", "create"],
    &["user", "password"],
    &["audit"],
    &["verify"],
    &["doctor"],
    &["workspace"],
    &["workspace", "export"],
    &["workspace", "import"],
    &["workspace", "check"],
    &["backup"],
    &["restore"],
    &["migrate"],
];

#[test]
fn the_help_is_as_it_was_read() {
    let program = Program::new();
    let mut text = String::new();
    for command in COMMANDS {
        let mut args = command.to_vec();
        args.push("--help");
        let ran = program.run(&args).must_be_done();
        assert_eq!(ran.err, "", "a help that was asked for is a result");
        text.push_str(&format!("$ sluice {}\n{}\n", args.join(" "), ran.out));
    }
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/help.txt");
    if std::fs::read_to_string(&kept).unwrap_or_default() != text {
        let new = Path::new(env!("CARGO_TARGET_TMPDIR")).join("help.txt");
        std::fs::write(&new, &text).unwrap();
        panic!("the help changed; read it, then: cp {} {}", new.display(), kept.display());
    }
}
