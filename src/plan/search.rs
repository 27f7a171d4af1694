//! `$search`: one phrase in the Salesforce profile, the standard's words and operators otherwise (URL Conventions 5.1.8).

use super::{PlanError, Rules};
use crate::config::Profile;

/// Characters of a search at most.
const SEARCH_CHARS_MAX: usize = 500;
/// Words and phrases at most.
const SEARCH_TERMS_MAX: usize = 32;
/// Nesting at most.
const SEARCH_DEPTH_MAX: usize = 16;

/// What a row must contain.
#[derive(Clone, Debug, PartialEq)]
pub enum SearchTerm {
    /// A word or phrase in one of the searchable properties.
    Phrase(String),
    /// All of them.
    And(Vec<SearchTerm>),
    /// One of them.
    Or(Vec<SearchTerm>),
    /// Not this.
    Not(Box<SearchTerm>),
}

/// Reads a search text by the profile's grammar.
pub(super) fn search(text: &str, rules: &Rules) -> Result<SearchTerm, PlanError> {
    let text = text.trim();
    if text.is_empty() || text.contains('\0') {
        return Err(PlanError::Search);
    }
    if text.chars().count() > SEARCH_CHARS_MAX {
        return Err(PlanError::Limit { limit: "search_chars_max", max: SEARCH_CHARS_MAX as u64 });
    }
    if rules.profile == Profile::Salesforce {
        // Salesforce sends what the user typed, operators' names included, as one phrase.
        let phrase = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
        return if phrase.is_empty() { Err(PlanError::Search) } else { Ok(SearchTerm::Phrase(phrase.to_owned())) };
    }
    let tokens = tokens(text)?;
    let mut reader = Reader { tokens: &tokens, at: 0 };
    let term = reader.either(0)?;
    if reader.at < tokens.len() { Err(PlanError::Search) } else { Ok(term) }
}

#[derive(Debug, PartialEq)]
enum Token {
    Term(String),
    And,
    Or,
    Not,
    Open,
    Close,
}

fn tokens(text: &str) -> Result<Vec<Token>, PlanError> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    let mut terms = 0;
    while let Some(&c) = chars.peek() {
        match c {
            c if c.is_whitespace() => {
                chars.next();
            }
            '(' | ')' => {
                chars.next();
                tokens.push(if c == '(' { Token::Open } else { Token::Close });
            }
            '"' => {
                chars.next();
                tokens.push(Token::Term(quoted(&mut chars)?));
                terms += 1;
            }
            _ => {
                let mut word = String::new();
                while let Some(c) = chars.next_if(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '"')) {
                    word.push(c);
                }
                terms += 1;
                tokens.push(match word.as_str() {
                    "AND" => Token::And,
                    "OR" => Token::Or,
                    "NOT" => Token::Not,
                    _ => Token::Term(word),
                });
            }
        }
        if terms > SEARCH_TERMS_MAX {
            return Err(PlanError::Limit { limit: "search_terms_max", max: SEARCH_TERMS_MAX as u64 });
        }
    }
    Ok(tokens)
}

fn quoted(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<String, PlanError> {
    let mut phrase = String::new();
    while let Some(c) = chars.next() {
        match c {
            '"' if phrase.is_empty() => return Err(PlanError::Search),
            '"' => return Ok(phrase),
            '\\' => phrase.push(chars.next().ok_or(PlanError::Search)?),
            c => phrase.push(c),
        }
    }
    Err(PlanError::Search)
}

struct Reader<'t> {
    tokens: &'t [Token],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn either(&mut self, depth: usize) -> Result<SearchTerm, PlanError> {
        let mut items = vec![self.both(depth)?];
        while self.peek() == Some(&Token::Or) {
            self.at += 1;
            items.push(self.both(depth)?);
        }
        Ok(if items.len() == 1 { items.swap_remove(0) } else { SearchTerm::Or(items) })
    }

    fn both(&mut self, depth: usize) -> Result<SearchTerm, PlanError> {
        let mut items = vec![self.one(depth)?];
        loop {
            match self.peek() {
                Some(Token::And) => {
                    self.at += 1;
                    items.push(self.one(depth)?);
                }
                // A blank between terms is AND.
                Some(Token::Term(_) | Token::Not | Token::Open) => items.push(self.one(depth)?),
                _ => break,
            }
        }
        Ok(if items.len() == 1 { items.swap_remove(0) } else { SearchTerm::And(items) })
    }

    fn one(&mut self, depth: usize) -> Result<SearchTerm, PlanError> {
        if depth > SEARCH_DEPTH_MAX {
            return Err(PlanError::Limit { limit: "search_depth_max", max: SEARCH_DEPTH_MAX as u64 });
        }
        let token = self.tokens.get(self.at).ok_or(PlanError::Search)?;
        self.at += 1;
        match token {
            Token::Term(text) => Ok(SearchTerm::Phrase(text.clone())),
            Token::Not => Ok(SearchTerm::Not(Box::new(self.one(depth + 1)?))),
            Token::Open => {
                let inner = self.either(depth + 1)?;
                if self.peek() != Some(&Token::Close) {
                    return Err(PlanError::Search);
                }
                self.at += 1;
                Ok(inner)
            }
            _ => Err(PlanError::Search),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::plan::tests::rules;

    fn read(text: &str, profile: Profile) -> Result<SearchTerm, PlanError> {
        search(text, &Rules { profile, ..rules() })
    }

    fn phrase(text: &str) -> SearchTerm {
        SearchTerm::Phrase(text.into())
    }

    #[test]
    fn salesforce_sends_one_phrase() {
        assert_eq!(read(" A OR B ", Profile::Salesforce).unwrap(), phrase("A OR B"));
        assert_eq!(read("\"A B\"", Profile::Salesforce).unwrap(), phrase("A B"));
    }

    #[test]
    fn the_standard_has_operators() {
        assert_eq!(
            read("a b OR NOT c AND \"d e\"", Profile::OData).unwrap(),
            SearchTerm::Or(vec![
                SearchTerm::And(vec![phrase("a"), phrase("b")]),
                SearchTerm::And(vec![SearchTerm::Not(Box::new(phrase("c"))), phrase("d e")]),
            ])
        );
        for broken in ["", "AND", "(a", "a)", "\"a", "a OR"] {
            assert_eq!(read(broken, Profile::OData), Err(PlanError::Search), "{broken}");
        }
        assert!(read(&"(".repeat(400), Profile::OData).is_err());
    }
}
