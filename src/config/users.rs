//! Reads who may use a service and with which keys its next links are sealed.

use argon2::password_hash::phc::PasswordHash;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use super::fields::{Field, Fields};
use super::finding::Code;
use super::references;
use super::resolved::{Secret, User};

/// Bytes of a token key.
const KEY_BYTES: usize = 32;
/// Characters of a token key's id at most.
const KEY_ID_LENGTH_MAX: usize = 16;

/// `token_keys`: each an id and 32 bytes, handed on as padded base64 in the standard alphabet.
pub fn token_keys(fields: &mut Fields<'_>) -> Vec<(String, Secret)> {
    let members = fields.take("token_keys").and_then(|f| f.list()).unwrap_or_default();
    let mut keys: Vec<(String, Secret)> = Vec::new();
    for member in members {
        let Some(mut fields) = member.table("token_keys") else { continue };
        let id = fields.require("id", "write a short id, as in id = \"2026a\"").and_then(|f| Some((f.text()?, f)));
        let key = fields.require("key", "write key = \"${env:NAME}\": 32 random bytes as base64");
        let key = key.and_then(|f| token_key(&f));
        fields.finish();
        let Some((id, field)) = id else { continue };
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if id.value.is_empty() || id.value.len() > KEY_ID_LENGTH_MAX || !id.value.chars().all(plain) {
            let help = format!("write 1 to {KEY_ID_LENGTH_MAX} letters, digits, `-` and `_`");
            field.refuse(Code::BadValue, "no key id", help);
        } else if keys.iter().any(|(known, _)| *known == id.value) {
            field.refuse(Code::DuplicateName, "used twice", "give every key its own id");
        }
        keys.push((id.value, key.unwrap_or_else(|| Secret::new(String::new()))));
    }
    keys
}

fn token_key(field: &Field<'_>) -> Option<Secret> {
    let (text, found) = field.resolved(references::plain)?;
    if !found {
        return None;
    }
    let engines = [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD];
    let bytes = engines.iter().find_map(|engine| engine.decode(text.value.trim()).ok());
    match bytes {
        Some(bytes) if bytes.len() == KEY_BYTES => Some(Secret::new(STANDARD.encode(bytes))),
        _ => {
            let help = "make one with `openssl rand -base64 32` and keep it out of this file: \"${env:NAME}\"";
            field.refuse(Code::BadValue, "not 32 bytes as base64", help);
            None
        }
    }
}

/// `users`: names with one or two password hashes.
pub fn users(fields: &mut Fields<'_>) -> Vec<User> {
    let members = fields.take("users").and_then(|f| f.list()).unwrap_or_default();
    let mut users: Vec<User> = Vec::new();
    for member in members {
        let Some(mut fields) = member.table("users") else { continue };
        let name = fields.require("name", "write name = \"salesforce\"");
        let one = fields.take("password_hash");
        let several = fields.take("password_hashes");
        if one.is_none() && several.is_none() {
            let finding = fields.cx().error(Code::MissingKey, fields.span.clone(), "a user needs `password_hash`");
            fields.cx().report.add(finding.help("write password_hash = \"$argon2id$...\" or a reference to it"));
        }
        let hashes = one.into_iter().chain(several.and_then(|f| list_of_two(&f)).unwrap_or_default());
        let password_hashes = hashes.filter_map(|field| password_hash(&field)).collect();
        fields.finish();
        let Some((name, field)) = name.and_then(|field| Some((field.text()?, field))) else { continue };
        if name.value.is_empty() || name.value.contains(':') || name.value.chars().any(char::is_control) {
            field.refuse(Code::BadName, "no user name", "Basic authentication allows no colon and no empty name");
        } else if users.iter().any(|known| known.name == name.value) {
            let help = "give one user two hashes with `password_hashes` while a password changes";
            field.refuse(Code::DuplicateName, "named twice", help);
        }
        users.push(User { name: name.value, password_hashes });
    }
    users
}

fn list_of_two<'a>(field: &Field<'a>) -> Option<Vec<Field<'a>>> {
    let list = field.list()?;
    if list.is_empty() || list.len() > 2 {
        field.refuse(Code::OutOfRange, "one or two hashes", "keep the old and the new one while a password changes");
        return None;
    }
    Some(list)
}

fn password_hash(field: &Field<'_>) -> Option<Secret> {
    let (text, found) = field.resolved(references::plain)?;
    if !found {
        return None;
    }
    let hash = PasswordHash::new(&text.value).ok();
    if hash.is_some_and(|hash| hash.algorithm.as_str() == "argon2id" && hash.salt.is_some() && hash.hash.is_some()) {
        return Some(Secret::new(text.value));
    }
    let help = "make one with `tidegate hash-password` and paste the line that starts with $argon2id$";
    field.refuse(Code::BadValue, "no argon2id hash in PHC form", help);
    None
}

/// Off loopback, next links must survive a restart and readers must be known.
pub fn require_off_loopback(fields: &Fields<'_>, loopback: bool) {
    if loopback {
        return;
    }
    let needs = [
        ("token_keys", "token_keys = [{ id = \"k1\", key = \"${env:TIDEGATE_TOKEN_KEY}\" }]"),
        ("users", "users = [{ name = \"salesforce\", password_hash = \"${env:TIDEGATE_PASSWORD_HASH}\" }]"),
    ];
    for (key, example) in needs {
        if !fields.has_members(key) {
            let message = format!("a service needs `{key}` unless the server listens on loopback only");
            let finding = fields.cx().error(Code::NotLoopback, fields.span.clone(), message);
            fields.cx().report.add(finding.label("not in here").help(format!("write {example}")));
        }
    }
}
