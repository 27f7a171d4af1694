//! Which names a model may have: OData's rule, Salesforce's, and no two alike.

use std::collections::HashMap;

use super::Context;
use crate::config::model_file::SetEntry;
use crate::config::{Code, Profile, Spot};

/// Characters of a name in OData.
const LENGTH_MAX: usize = 128;
/// Characters of a name in Salesforce.
const SALESFORCE_LENGTH_MAX: usize = 40;

/// Checks every name of a model file.
pub(super) fn check(cx: Context<'_>) {
    if let Some(namespace) = &cx.file.namespace {
        namespace_name(cx, namespace);
    }
    if !is_identifier(&cx.file.container.value) {
        bad(cx, &cx.file.container, "no OData identifier", "write letters, digits and `_`, a letter first");
    }
    let sets = &cx.file.sets;
    unique(cx, "entity set", sets.iter().map(|set| &set.name));
    let types = sets.iter().map(|set| set.type_name.as_ref().unwrap_or(&set.name));
    // Entity types and the container are children of one schema.
    unique(cx, "entity type", std::iter::once(&cx.file.container).chain(types.clone()));
    for name in sets.iter().filter_map(|set| set.type_name.as_ref()) {
        plain(cx, name);
    }
    for set in sets {
        shown(cx, &set.name);
        members(cx, set);
    }
}

fn members(cx: Context<'_>, set: &SetEntry) {
    let properties = set.properties.iter().map(|p| &p.name);
    let navigations = set.navigations.iter().map(|n| &n.name);
    unique(cx, "property", properties.clone().chain(navigations.clone()));
    properties.for_each(|name| shown(cx, name));
    navigations.for_each(|name| plain(cx, name));
}

fn namespace_name(cx: Context<'_>, name: &Spot<String>) {
    let reserved = ["edm", "odata", "system", "transient"].contains(&name.value.to_ascii_lowercase().as_str());
    if reserved || name.value.len() > 511 || !name.value.split('.').all(is_identifier) {
        let help =
            "write identifiers joined by dots, as in \"Acme.Billing\"; Edm, odata, System and Transient are taken";
        bad(cx, name, "no namespace", help);
    }
}

/// A name that Salesforce does not see.
fn plain(cx: Context<'_>, name: &Spot<String>) {
    if !name.value.is_empty() && !is_identifier(&name.value) {
        let help = format!("write \"{}\"", proposal(&name.value, LENGTH_MAX));
        bad(cx, name, "no OData identifier: letters, digits and `_`, a letter first", &help);
    }
}

/// A name that Salesforce makes an object or a field of.
fn shown(cx: Context<'_>, name: &Spot<String>) {
    if cx.profile == Profile::OData || name.value.is_empty() {
        return plain(cx, name);
    }
    let label = match salesforce_fault(&name.value) {
        Some(fault) => fault,
        None => return,
    };
    let help = format!("write \"{}\": Salesforce keeps the name forever", proposal(&name.value, SALESFORCE_LENGTH_MAX));
    bad(cx, name, label, &help);
}

fn salesforce_fault(name: &str) -> Option<&'static str> {
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Some("Salesforce wants a letter A to Z first");
    }
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Some("Salesforce takes letters A to Z, digits and `_` only");
    }
    if name.contains("__") || name.ends_with('_') {
        return Some("Salesforce takes no double and no trailing `_`");
    }
    (name.len() > SALESFORCE_LENGTH_MAX).then_some("Salesforce takes at most 40 characters")
}

fn bad(cx: Context<'_>, name: &Spot<String>, label: &str, help: &str) {
    let message = format!("`{}` cannot be a name", name.value.escape_debug());
    cx.report.add(cx.error(Code::BadName, &name.span, message).label(label).help(help));
}

fn unique<'a>(cx: Context<'_>, what: &str, names: impl Iterator<Item = &'a Spot<String>>) {
    let mut seen: HashMap<String, &str> = HashMap::new();
    for name in names.filter(|name| !name.value.is_empty()) {
        if let Some(other) = seen.insert(name.value.to_lowercase(), &name.value) {
            let message = format!("the {what} name `{}` is taken", name.value);
            let label = format!("`{other}` is there already; case does not tell names apart");
            let finding = cx.error(Code::DuplicateName, &name.span, message).label(label);
            cx.report.add(finding.help("choose another name; `column` and `table` keep theirs"));
        }
    }
}

/// A simple identifier of OData CSDL 4.0, section 17.2.
fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
        && name.chars().count() <= LENGTH_MAX
}

/// A valid name made from an odd one: what `init` would write.
pub fn proposal(name: &str, length_max: usize) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
    }
    if !out.starts_with(|c: char| c.is_ascii_alphabetic()) {
        out.insert_str(0, if out.is_empty() { "x" } else { "x_" });
    }
    out.truncate(length_max);
    out.truncate(out.trim_end_matches('_').len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proposals_are_names() {
        let long = "a".repeat(60);
        for odd in ["public$parts_list", "", "1st", "Größe", "a__b_", "_", "名前", &long] {
            let name = proposal(odd, 40);
            assert_eq!(salesforce_fault(&name), None, "{odd} -> {name}");
        }
        assert_eq!(proposal("public$parts_list", 40), "public_parts_list");
    }
}
