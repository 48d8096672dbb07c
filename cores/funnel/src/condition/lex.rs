//! A condition's text as tokens, each with the byte where it starts.

use super::fault::Fault;

/// One token.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    /// A name or a chain of names: `did`, `person.custom.plan`, `path.startsWith`.
    Name(String),
    /// A number, never negative.
    Number(f64),
    /// A text in quotes.
    Text(String),
    /// `( ) [ ] ,` and the operators.
    Sign(&'static str),
    /// After the last one.
    End,
}

const SIGNS: [&str; 15] =
    ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ",", "-"];

/// Splits a text into tokens; the last one is [`Token::End`].
pub(crate) fn tokens(text: &str) -> Result<Vec<(Token, usize)>, Fault> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next().unwrap_or(' ');
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (token, length) = if first.is_ascii_alphabetic() || first == '_' {
            let length = name_length(rest);
            (Token::Name(rest[..length].to_owned()), length)
        } else if first.is_ascii_digit() {
            number(rest).map_err(|words| Fault::at(text, at, words))?
        } else if first == '"' || first == '\'' {
            quoted(rest, first).map_err(|(byte, words)| Fault::at(text, at + byte, words))?
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            (Token::Sign(sign), sign.len())
        } else {
            let hint = match first {
                '&' => "; and is written &&",
                '|' => "; or is written ||",
                '=' => "; equality is written ==",
                _ => "",
            };
            return Err(Fault::at(text, at, format!("{first:?} has no meaning here{hint}")));
        };
        tokens.push((token, at));
        at += length;
    }
    tokens.push((Token::End, text.len()));
    Ok(tokens)
}

fn name_length(rest: &str) -> usize {
    let mut length = 0;
    let mut start_of_part = true;
    for (at, c) in rest.char_indices() {
        if c == '_' || c.is_ascii_alphabetic() || (c.is_ascii_digit() && !start_of_part) {
            start_of_part = false;
            length = at + 1;
        } else if c == '.' && !start_of_part {
            start_of_part = true;
        } else {
            break;
        }
    }
    length
}

fn number(rest: &str) -> Result<(Token, usize), String> {
    let digits =
        |from: usize| rest.get(from..).unwrap_or("").bytes().take_while(u8::is_ascii_digit).count();
    let mut length = digits(0);
    if rest[length..].starts_with('.') {
        length += 1 + digits(length + 1);
    }
    let written = &rest[..length];
    match written.parse::<f64>() {
        Ok(number) if number.is_finite() && !written.ends_with('.') => {
            Ok((Token::Number(number), length))
        }
        _ => Err(format!("{written} is no number")),
    }
}

fn quoted(rest: &str, quote: char) -> Result<(Token, usize), (usize, String)> {
    let mut out = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            _ if c == quote => return Ok((Token::Text(out), at + 1)),
            '\\' => match chars.next() {
                Some((_, 'n')) => out.push('\n'),
                Some((_, 't')) => out.push('\t'),
                Some((_, 'r')) => out.push('\r'),
                Some((_, c @ ('\\' | '"' | '\''))) => out.push(c),
                _ => return Err((at, "a backslash stands before \\ \" ' n r or t only".into())),
            },
            _ => out.push(c),
        }
    }
    Err((0, format!("this text has no closing {quote}")))
}
