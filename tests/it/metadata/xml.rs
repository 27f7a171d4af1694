//! An XML document as a tree of names and attributes.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// One element.
#[derive(Debug, Default)]
pub struct Element {
    /// Name with its prefix, as written.
    pub name: String,
    /// Attributes, unescaped.
    pub attributes: BTreeMap<String, String>,
    /// Elements inside.
    pub children: Vec<Element>,
}

impl Element {
    /// Elements of that name directly inside.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The attribute, empty if it is not there.
    pub fn get(&self, attribute: &str) -> &str {
        self.attributes.get(attribute).map_or("", String::as_str)
    }

    /// Every element, this one first.
    pub fn each(&self) -> Vec<&Element> {
        std::iter::once(self).chain(self.children.iter().flat_map(Element::each)).collect()
    }
}

/// The root element of a document without text.
pub fn parse(document: &str) -> Element {
    let mut reader = Reader::from_str(document);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => open.push(element(&start)),
            Event::Empty(start) => open.last_mut().unwrap().children.push(element(&start)),
            Event::End(_) => {
                let done = open.pop().unwrap();
                open.last_mut().unwrap().children.push(done);
            }
            Event::Text(text) => assert!(text.trim().is_empty(), "text in {document}"),
            Event::Eof => break,
            _ => {}
        }
    }
    open.pop().unwrap().children.pop().unwrap()
}

fn element(start: &BytesStart<'_>) -> Element {
    let attributes = start.attributes().map(|attribute| {
        let attribute = attribute.unwrap();
        let value = attribute.value.to_string();
        assert!(!value.contains(['&', '<']), "an escaped attribute: {value}");
        (attribute.key.as_ref().to_owned(), value)
    });
    let name = start.name().as_ref().to_owned();
    Element { name, attributes: attributes.collect(), children: Vec::new() }
}
