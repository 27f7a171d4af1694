//! The metadata document: a model as CSDL 4.0 XML, one schema with every entity type and the container.
//!
//! Writes what the model says and nothing else: no vocabulary reference, no annotation, since Salesforce Connect might
//! fetch the first and reads none of the second. Knows no profile; the model it is given is already shown as one.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, Event};

use super::{EdmType, EntitySet, Model, Navigation, Property};

/// Namespace of the outer elements.
const EDMX: &str = "http://docs.oasis-open.org/odata/ns/edmx";
/// Namespace of the schema.
const EDM: &str = "http://docs.oasis-open.org/odata/ns/edm";
/// Fraction digits of a second: what the finest of the databases keeps and the encoder passes on.
const SECOND_DIGITS: &str = "9";

type Xml = Writer<Vec<u8>>;

/// The metadata document of a model.
pub fn metadata_xml(model: &Model) -> Vec<u8> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Writing into memory does not fail.
    let _ = document(&mut xml, model);
    xml.into_inner()
}

fn document(xml: &mut Xml, model: &Model) -> io::Result<()> {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root = xml.create_element("edmx:Edmx").with_attribute(("xmlns:edmx", EDMX)).with_attribute(("Version", "4.0"));
    root.write_inner_content(|xml| {
        xml.create_element("edmx:DataServices").write_inner_content(|xml| {
            let schema = xml.create_element("Schema").with_attribute(("xmlns", EDM));
            schema.with_attribute(("Namespace", model.namespace.as_str())).write_inner_content(|xml| {
                model.sets.iter().try_for_each(|set| entity_type(xml, model, set))?;
                container(xml, model)
            })?;
            Ok(())
        })?;
        Ok(())
    })?;
    Ok(())
}

fn entity_type(xml: &mut Xml, model: &Model, set: &EntitySet) -> io::Result<()> {
    xml.create_element("EntityType").with_attribute(("Name", set.type_name.as_str())).write_inner_content(|xml| {
        xml.create_element("Key").write_inner_content(|xml| {
            for id in &set.key {
                let name = set.property(*id).name.as_str();
                xml.create_element("PropertyRef").with_attribute(("Name", name)).write_empty()?;
            }
            Ok(())
        })?;
        for id in set.property_ids() {
            property(xml, set.property(id), set.is_key(id))?;
        }
        set.navigations.iter().try_for_each(|item| navigation(xml, model, set, item))
    })?;
    Ok(())
}

fn property(xml: &mut Xml, property: &Property, is_key: bool) -> io::Result<()> {
    let mut element = xml.create_element("Property").with_attribute(("Name", property.name.as_str()));
    element = element.with_attribute(("Type", format!("Edm.{}", property.ty.name()).as_str()));
    if is_key || !property.nullable {
        element = element.with_attribute(("Nullable", "false"));
    }
    match property.ty {
        EdmType::String | EdmType::Binary => {
            // Without the facet Salesforce makes a text of 128 characters.
            let length = property.max_length.map_or_else(|| "max".to_owned(), |length| length.to_string());
            element = element.with_attribute(("MaxLength", length.as_str()));
        }
        EdmType::Decimal => {
            if let Some(precision) = property.precision {
                element = element.with_attribute(("Precision", precision.to_string().as_str()));
            }
            // An absent scale would mean none.
            let scale = property.scale.map_or_else(|| "variable".to_owned(), |scale| scale.to_string());
            element = element.with_attribute(("Scale", scale.as_str()));
        }
        EdmType::DateTimeOffset | EdmType::TimeOfDay => {
            element = element.with_attribute(("Precision", SECOND_DIGITS));
        }
        _ => {}
    }
    element.write_empty()?;
    Ok(())
}

fn navigation(xml: &mut Xml, model: &Model, set: &EntitySet, item: &Navigation) -> io::Result<()> {
    let target = model.set(item.target);
    let one = format!("{}.{}", model.namespace, target.type_name);
    let ty = if item.collection { format!("Collection({one})") } else { one };
    let mut element = xml.create_element("NavigationProperty").with_attribute(("Name", item.name.as_str()));
    element = element.with_attribute(("Type", ty.as_str()));
    if !item.collection && always_there(set, item) {
        element = element.with_attribute(("Nullable", "false"));
    }
    if let Some(partner) = partner(target, item) {
        element = element.with_attribute(("Partner", partner));
    }
    let constraint = constraint(set, target, item);
    if constraint.is_empty() {
        element.write_empty()?;
        return Ok(());
    }
    element.write_inner_content(|xml| {
        for (own, principal) in constraint {
            let pair = xml.create_element("ReferentialConstraint");
            let pair = pair.with_attribute(("Property", own.name.as_str()));
            pair.with_attribute(("ReferencedProperty", principal.name.as_str())).write_empty()?;
        }
        Ok(())
    })?;
    Ok(())
}

/// Whether no row can lack the properties that name its partner.
fn always_there(set: &EntitySet, item: &Navigation) -> bool {
    item.on.iter().all(|(id, _)| !set.property(*id).nullable)
}

/// The way back, if the target still has it: a profile may have left it out.
fn partner<'a>(target: &'a EntitySet, item: &Navigation) -> Option<&'a str> {
    let name = item.partner.as_deref()?;
    target.navigations.iter().find(|back| back.name == name).map(|back| back.name.as_str())
}

/// The pairs of a navigation to one partner, where OData CSDL 4.0 (section 8.5) lets them be a constraint: equal types,
/// and nullable together with the navigation and not without it. All pairs or none: half a constraint would be wrong.
fn constraint<'a>(set: &'a EntitySet, target: &'a EntitySet, item: &Navigation) -> Vec<(&'a Property, &'a Property)> {
    if item.collection {
        return Vec::new();
    }
    let nullable = !always_there(set, item);
    let pairs: Vec<_> = item.on.iter().map(|(a, b)| (set.property(*a), target.property(*b))).collect();
    let sound = |(dependent, principal): &(&Property, &Property)| {
        dependent.ty == principal.ty && dependent.nullable == (nullable || principal.nullable)
    };
    if pairs.iter().all(sound) { pairs } else { Vec::new() }
}

fn container(xml: &mut Xml, model: &Model) -> io::Result<()> {
    let name = model.container.as_str();
    xml.create_element("EntityContainer")
        .with_attribute(("Name", name))
        .write_inner_content(|xml| model.sets.iter().try_for_each(|set| entity_set(xml, model, set)))?;
    Ok(())
}

fn entity_set(xml: &mut Xml, model: &Model, set: &EntitySet) -> io::Result<()> {
    let ty = format!("{}.{}", model.namespace, set.type_name);
    let element = xml.create_element("EntitySet").with_attribute(("Name", set.name.as_str()));
    let element = element.with_attribute(("EntityType", ty.as_str()));
    if set.navigations.is_empty() {
        element.write_empty()?;
        return Ok(());
    }
    element.write_inner_content(|xml| {
        for item in &set.navigations {
            let binding = xml.create_element("NavigationPropertyBinding");
            let binding = binding.with_attribute(("Path", item.name.as_str()));
            binding.with_attribute(("Target", model.set(item.target).name.as_str())).write_empty()?;
        }
        Ok(())
    })?;
    Ok(())
}
