//! What makes Salesforce's sync of a metadata document go wrong, looked for in the parsed document.

use std::collections::BTreeSet;

use super::xml::Element;

/// Types that Salesforce maps to a field.
const TYPES: [&str; 13] = [
    "Edm.String",
    "Edm.Boolean",
    "Edm.Byte",
    "Edm.SByte",
    "Edm.Int16",
    "Edm.Int32",
    "Edm.Int64",
    "Edm.Single",
    "Edm.Double",
    "Edm.Decimal",
    "Edm.Date",
    "Edm.DateTimeOffset",
    "Edm.Guid",
];

/// Everything wrong with a document; `salesforce`: with the rules for names and types.
pub fn faults(root: &Element, salesforce: bool) -> Vec<String> {
    let mut faults = Vec::new();
    let mut wrong = |right: bool, fault: String| {
        if !right {
            faults.push(fault);
        }
    };
    wrong(root.name == "edmx:Edmx" && root.get("Version") == "4.0", "no CSDL 4.0".into());
    for element in root.each() {
        let stray = ["edmx:Reference", "Annotation", "Annotations", "EnumType", "ComplexType", "Singleton"];
        wrong(!stray.contains(&element.name.as_str()), format!("a {}", element.name));
    }
    let services: Vec<_> = root.all("edmx:DataServices").collect();
    let schemas: Vec<_> = services.iter().flat_map(|services| services.all("Schema")).collect();
    wrong(services.len() == 1 && schemas.len() == 1, "more or less than one schema".into());
    let schema = schemas[0];
    let container = schema.all("EntityContainer").next().unwrap();
    unique(schema.children.iter(), &mut wrong);
    unique(container.children.iter(), &mut wrong);
    for entity in schema.all("EntityType") {
        entity_type(schema, entity, salesforce, &mut wrong);
    }
    for set in container.all("EntitySet") {
        if salesforce {
            wrong(is_api_name(set.get("Name")), format!("{} is no name", set.get("Name")));
        }
        bindings(schema, container, set, &mut wrong);
    }
    faults
}

fn entity_type(schema: &Element, entity: &Element, salesforce: bool, wrong: &mut impl FnMut(bool, String)) {
    let name = entity.get("Name");
    let keys: Vec<_> = entity.all("Key").flat_map(|key| key.all("PropertyRef")).collect();
    wrong(!keys.is_empty(), format!("{name} has no key"));
    for key in keys {
        let found = entity.all("Property").find(|property| property.get("Name") == key.get("Name"));
        wrong(found.is_some_and(|p| p.get("Nullable") == "false"), format!("{name}: the key {}", key.get("Name")));
    }
    unique(entity.all("Property").chain(entity.all("NavigationProperty")), wrong);
    for property in entity.all("Property") {
        let what = format!("{name}/{}", property.get("Name"));
        let number = |attribute| property.get(attribute).parse::<u32>().ok();
        match property.get("Type") {
            "Edm.String" => wrong(number("MaxLength").is_some(), format!("{what} has no MaxLength")),
            "Edm.Binary" => wrong(!property.get("MaxLength").is_empty(), format!("{what} has no MaxLength")),
            "Edm.Decimal" => {
                wrong(number("Precision").is_some(), format!("{what} has no Precision"));
                wrong(number("Scale").is_some(), format!("{what} has no Scale"));
                wrong(number("Scale") <= number("Precision"), format!("{what}: Scale above Precision"));
            }
            "Edm.DateTimeOffset" | "Edm.TimeOfDay" => {
                wrong(number("Precision").is_some(), format!("{what} has no Precision"));
            }
            _ => {}
        }
        if salesforce {
            wrong(TYPES.contains(&property.get("Type")), format!("{what} is {}", property.get("Type")));
            wrong(is_api_name(property.get("Name")), format!("{what} is no name"));
        }
    }
    for navigation in entity.all("NavigationProperty") {
        relation(schema, entity, navigation, wrong);
    }
}

fn relation(schema: &Element, entity: &Element, navigation: &Element, wrong: &mut impl FnMut(bool, String)) {
    let what = format!("{}/{}", entity.get("Name"), navigation.get("Name"));
    let Some(target) = target_type(schema, navigation) else {
        return wrong(false, format!("{what} leads to {}", navigation.get("Type")));
    };
    let partner = navigation.get("Partner");
    if !partner.is_empty() {
        let back = target.all("NavigationProperty").find(|back| back.get("Name") == partner);
        let leads_back = back.and_then(|back| target_type(schema, back));
        wrong(leads_back.is_some_and(|t| t.get("Name") == entity.get("Name")), format!("{what}: partner {partner}"));
    }
    for pair in navigation.all("ReferentialConstraint") {
        let find = |entity: &Element, name: &str| {
            let found = entity.all("Property").find(|property| property.get("Name") == name);
            found.map(|property| (property.get("Type").to_owned(), property.get("Nullable").to_owned()))
        };
        let own = find(entity, pair.get("Property"));
        let principal = find(target, pair.get("ReferencedProperty"));
        let alike = matches!((&own, &principal), (Some(own), Some(principal)) if own.0 == principal.0);
        wrong(alike, format!("{what}: {} = {}", pair.get("Property"), pair.get("ReferencedProperty")));
        let nullable = navigation.get("Nullable") != "false" || principal.is_some_and(|p| p.1 != "false");
        wrong(own.is_some_and(|own| (own.1 != "false") == nullable), format!("{what}: nullable without its property"));
    }
    let many = navigation.get("Type").starts_with("Collection(");
    let alone = navigation.children.is_empty() && navigation.get("Nullable").is_empty();
    wrong(!many || alone, format!("{what}: a collection with facets"));
}

fn target_type<'a>(schema: &'a Element, navigation: &Element) -> Option<&'a Element> {
    let ty = navigation.get("Type");
    let ty = ty.strip_prefix("Collection(").and_then(|ty| ty.strip_suffix(')')).unwrap_or(ty);
    named_type(schema, ty)
}

fn named_type<'a>(schema: &'a Element, ty: &str) -> Option<&'a Element> {
    let (namespace, name) = ty.rsplit_once('.')?;
    let found = schema.all("EntityType").find(|entity| entity.get("Name") == name);
    found.filter(|_| namespace == schema.get("Namespace"))
}

fn bindings(schema: &Element, container: &Element, set: &Element, wrong: &mut impl FnMut(bool, String)) {
    let Some(entity) = named_type(schema, set.get("EntityType")) else {
        return wrong(false, format!("{} holds {}", set.get("Name"), set.get("EntityType")));
    };
    for navigation in entity.all("NavigationProperty") {
        let what = format!("{}/{}", set.get("Name"), navigation.get("Name"));
        let mut bound = set.all("NavigationPropertyBinding").filter(|b| b.get("Path") == navigation.get("Name"));
        let Some(binding) = bound.next() else {
            wrong(false, format!("{what} has no binding"));
            continue;
        };
        wrong(bound.next().is_none(), format!("{what} is bound twice"));
        let target = container.all("EntitySet").find(|set| set.get("Name") == binding.get("Target"));
        let holds = target.and_then(|target| named_type(schema, target.get("EntityType")));
        let wanted = target_type(schema, navigation);
        let fits = matches!((holds, wanted), (Some(a), Some(b)) if a.get("Name") == b.get("Name"));
        wrong(fits, format!("{what} is bound to {}", binding.get("Target")));
    }
    for binding in set.all("NavigationPropertyBinding") {
        let known = entity.all("NavigationProperty").any(|n| n.get("Name") == binding.get("Path"));
        wrong(known, format!("a binding of {}", binding.get("Path")));
    }
}

fn unique<'a>(elements: impl Iterator<Item = &'a Element>, wrong: &mut impl FnMut(bool, String)) {
    let mut seen = BTreeSet::new();
    for element in elements {
        let name = element.get("Name").to_lowercase().replace('$', "_");
        wrong(seen.insert(name), format!("{} is there twice", element.get("Name")));
    }
}

/// Whether Salesforce takes the name as it is.
fn is_api_name(name: &str) -> bool {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    plain && begins && !name.contains("__") && !name.ends_with('_') && name.len() <= 40
}
