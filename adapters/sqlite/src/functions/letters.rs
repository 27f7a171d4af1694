//! Finding text whatever the case of its letters, by Unicode's lower case of each character.

/// Where a needle must stand.
#[derive(Clone, Copy)]
pub enum Place {
    Anywhere,
    Start,
    End,
}

/// A needle whose letters are folded.
pub struct Folded {
    text: String,
}

impl Folded {
    /// Folds a needle.
    pub fn new(needle: &str) -> Folded {
        Folded { text: fold(needle) }
    }

    /// Whether the needle stands in the haystack.
    pub fn stands_in(&self, haystack: &str, place: Place) -> bool {
        if haystack.is_ascii() {
            // ASCII folds to ASCII: a needle that has another letter when folded is not in it.
            return self.text.is_ascii() && stands_in_ascii(haystack.as_bytes(), self.text.as_bytes(), place);
        }
        let haystack = fold(haystack);
        match place {
            Place::Anywhere => haystack.contains(&self.text),
            Place::Start => haystack.starts_with(&self.text),
            Place::End => haystack.ends_with(&self.text),
        }
    }
}

fn stands_in_ascii(haystack: &[u8], needle: &[u8], place: Place) -> bool {
    let Some(rest) = haystack.len().checked_sub(needle.len()) else { return false };
    let at =
        |start: usize| haystack.get(start..start + needle.len()).is_some_and(|part| part.eq_ignore_ascii_case(needle));
    match place {
        Place::Start => at(0),
        Place::End => at(rest),
        Place::Anywhere => (0..=rest).any(at),
    }
}

/// Lower case character by character: the form of a letter never depends on its neighbours, so that a part of a text
/// folds to a part of the folded text. The two small sigmas are one.
fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(|letter| if letter == 'ς' { 'σ' } else { letter }).collect()
}
