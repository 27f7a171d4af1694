//! Names that OData and Salesforce take, made from what databases call things.
//!
//! A name depends on the database's name alone, never on its place: places change and Salesforce freezes names.

use std::collections::HashSet;

use crate::model::build::names::proposal;

/// Characters of a name that Salesforce makes a field or an object of.
const LENGTH_MAX: usize = 40;

/// `CUST_NO` as `CustNo`, `1st name` as `X1stName`, `Größe` as `Groesse`.
pub fn identifier(raw: &str) -> String {
    let shouted = !raw.chars().any(char::is_lowercase);
    let mut words = words(raw, shouted);
    if words.is_empty() {
        words = raw.chars().map(code_point).collect();
    }
    let mut out = String::new();
    for word in words {
        let digits_meet = out.ends_with(|c: char| c.is_ascii_digit()) && word.starts_with(|c: char| c.is_ascii_digit());
        if digits_meet {
            out.push('_');
        }
        let mut letters = word.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out += letters.as_str();
    }
    if !out.starts_with(|c: char| c.is_ascii_alphabetic()) {
        out.insert(0, 'X');
    }
    proposal(&out, LENGTH_MAX)
}

/// The words of a name, in ASCII letters and digits; in lower case when the name has no lower case itself.
fn words(raw: &str, shouted: bool) -> Vec<String> {
    let cased = |letters: &str| if shouted { letters.to_ascii_lowercase() } else { letters.to_owned() };
    let mut words = vec![String::new()];
    for c in raw.chars() {
        let Some(word) = words.last_mut() else { break };
        if c.is_ascii_alphanumeric() {
            word.push_str(&cased(c.encode_utf8(&mut [0; 4])));
        } else if let Some(letters) = transliterated(c) {
            word.push_str(&cased(letters));
        } else if c.is_alphanumeric() {
            words.push(code_point(c));
            words.push(String::new());
        } else if !('\u{300}'..='\u{36f}').contains(&c) {
            words.push(String::new());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A letter of a script without a customary ASCII form: ugly, but the same every time.
fn code_point(c: char) -> String {
    format!("U{:04X}", u32::from(c))
}

fn transliterated(c: char) -> Option<&'static str> {
    Some(match c {
        'ä' | 'æ' => "ae",
        'Ä' | 'Æ' => "Ae",
        'ö' | 'ø' | 'œ' => "oe",
        'Ö' | 'Ø' | 'Œ' => "Oe",
        'ü' => "ue",
        'Ü' => "Ue",
        'ß' | 'ẞ' => "ss",
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'À' | 'Á' | 'Â' | 'Ã' | 'Å' | 'Ā' | 'Ă' | 'Ą' => "A",
        'ç' | 'ć' | 'č' => "c",
        'Ç' | 'Ć' | 'Č' => "C",
        'ď' | 'đ' | 'ð' => "d",
        'Ď' | 'Đ' | 'Ð' => "D",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'È' | 'É' | 'Ê' | 'Ë' | 'Ē' | 'Ė' | 'Ę' | 'Ě' => "E",
        'ğ' => "g",
        'Ğ' => "G",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' => "i",
        'Ì' | 'Í' | 'Î' | 'Ï' | 'Ī' | 'Į' | 'İ' => "I",
        'ł' | 'ľ' | 'ĺ' | 'ļ' => "l",
        'Ł' | 'Ľ' | 'Ĺ' | 'Ļ' => "L",
        'ñ' | 'ń' | 'ň' => "n",
        'Ñ' | 'Ń' | 'Ň' => "N",
        'ò' | 'ó' | 'ô' | 'õ' | 'ő' | 'ō' => "o",
        'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ő' | 'Ō' => "O",
        'ř' | 'ŕ' => "r",
        'Ř' | 'Ŕ' => "R",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'Ś' | 'Š' | 'Ş' | 'Ș' => "S",
        'ť' | 'ţ' | 'ț' => "t",
        'Ť' | 'Ţ' | 'Ț' => "T",
        'ù' | 'ú' | 'û' | 'ů' | 'ű' | 'ū' => "u",
        'Ù' | 'Ú' | 'Û' | 'Ů' | 'Ű' | 'Ū' => "U",
        'ý' | 'ÿ' => "y",
        'Ý' => "Y",
        'ź' | 'ż' | 'ž' => "z",
        'Ź' | 'Ż' | 'Ž' => "Z",
        'þ' => "th",
        'Þ' => "Th",
        _ => return None,
    })
}

/// Names given so far; upper and lower case do not tell names apart.
#[derive(Default)]
pub struct Taken(HashSet<String>);

impl Taken {
    /// Whether the name is free.
    pub fn is_free(&self, name: &str) -> bool {
        !self.0.contains(&name.to_lowercase())
    }

    /// Takes a name that is not to be had any more.
    pub fn take(&mut self, name: &str) {
        self.0.insert(name.to_lowercase());
    }

    /// Takes the name, or the first of `Name_2`, `Name_3`, ... that is free.
    pub fn unique(&mut self, name: &str) -> String {
        let mut chosen = name.to_owned();
        let mut number = 2_u32;
        while !self.is_free(&chosen) {
            let suffix = format!("_{number}");
            let room = LENGTH_MAX.saturating_sub(suffix.len());
            let end = name.char_indices().nth(room).map_or(name.len(), |(at, _)| at);
            chosen = format!("{}{suffix}", name[..end].trim_end_matches('_'));
            number = number.saturating_add(1);
        }
        self.take(&chosen);
        chosen
    }

    /// Takes the first that is free, or a numbered one.
    pub fn first_free(&mut self, wanted: &[String]) -> String {
        let free = wanted.iter().find(|name| self.is_free(name)).or(wanted.first());
        self.unique(free.map_or("X", String::as_str))
    }
}

/// The name of one of them, where English grammar is simple.
pub fn singular(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let odd = ["news", "series", "species", "ss", "us", "is", "ous", "as", "os"];
    if odd.iter().any(|end| lower.ends_with(end)) {
        return None;
    }
    if let Some(stem) = lower.strip_suffix("ies") {
        return (stem.len() > 1).then(|| format!("{}y", &name[..stem.len()]));
    }
    let sibilant = ["sses", "shes", "ches", "xes"].iter().any(|end| lower.ends_with(end));
    let cut = if sibilant { 2 } else { usize::from(lower.ends_with('s')) };
    (cut > 0 && name.len() > cut + 1).then(|| name[..name.len() - cut].to_owned())
}

/// What a foreign key's property points at, by its name: `CustomerId` at `Customer`.
pub fn without_key_word(name: &str) -> &str {
    let ends = ["Number", "Code", "Key", "Id", "ID", "No", "Nr", "Cd", "Fk"];
    let stem = ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name).trim_end_matches('_');
    if stem.is_empty() { name } else { stem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_become_clean_ones() {
        for (raw, name) in [
            ("CUST_NO", "CustNo"),
            ("account_sf_id", "AccountSfId"),
            ("customerId", "CustomerId"),
            ("XMLData", "XMLData"),
            ("ID", "Id"),
            ("public$parts_list", "PublicPartsList"),
            ("1st name", "X1stName"),
            ("LINE_1_2", "Line1_2"),
            ("Größe in cm", "GroesseInCm"),
            ("STRAẞE", "Strasse"),
            ("ŁÓDŹ", "Lodz"),
            ("e\u{301}te\u{301}", "Ete"),
            ("東京", "U6771U4EAC"),
            ("$#", "U0024U0023"),
            ("", "X"),
            ("__a__b__", "AB"),
            ("order", "Order"),
            ("tab\t\"quote\"", "TabQuote"),
        ] {
            assert_eq!(identifier(raw), name, "{raw:?}");
        }
        assert_eq!(identifier(&"x".repeat(60)).len(), 40);
        assert_eq!(identifier(&"东".repeat(60)).len(), 40);
    }

    #[test]
    fn names_are_told_apart_ignoring_case() {
        let mut taken = Taken::default();
        let long = "N".repeat(40);
        let given = ["Id", "ID", "id", &long, &long].map(|name| taken.unique(name));
        assert_eq!(given[..3], ["Id", "ID_2", "id_3"]);
        assert_eq!((given[4].len(), given[4].ends_with("N_2")), (40, true));
        assert_eq!(taken.first_free(&["Id".to_owned(), "IdRef".to_owned()]), "IdRef");
    }

    #[test]
    fn one_of_many() {
        for (many, one) in [
            ("Orders", Some("Order")),
            ("Addresses", Some("Address")),
            ("Categories", Some("Category")),
            ("Boxes", Some("Box")),
            ("Status", None),
            ("Series", None),
            ("Custmast", None),
            ("S", None),
        ] {
            assert_eq!(singular(many).as_deref(), one, "{many}");
        }
        assert_eq!(without_key_word("CustomerId"), "Customer");
        assert_eq!(without_key_word("Id"), "Id");
        assert_eq!(without_key_word("BillTo_2"), "BillTo_2");
    }
}
