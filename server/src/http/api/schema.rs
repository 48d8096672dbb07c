//! Shapes as JSON Schema (draft 2020-12, which OpenAPI 3.1 speaks).

use serde_json::{Map, Value, json};

use super::shape::{Kind, Object, Shape};

impl Shape {
    pub(super) fn schema(&self) -> Value {
        let mut schema = match &self.kind {
            Kind::Any => json!({}),
            Kind::Truth => json!({ "type": "boolean" }),
            Kind::Moment => json!({ "type": "string", "format": "date-time" }),
            Kind::Text(text) => {
                let mut schema = json!({ "type": "string", "maxLength": text.most });
                if text.least > 0 {
                    put(&mut schema, "minLength", json!(text.least));
                }
                if let Some(pattern) = &text.pattern {
                    put(&mut schema, "pattern", json!(pattern.text));
                }
                if let Some(format) = text.format {
                    put(&mut schema, "format", json!(format));
                }
                schema
            }
            Kind::Word(words) => json!({ "type": "string", "enum": words }),
            Kind::Whole(least, most) => {
                let mut schema = json!({ "type": "integer", "minimum": least });
                if *most < i64::MAX {
                    put(&mut schema, "maximum", json!(most));
                }
                schema
            }
            Kind::Number(least, most) => {
                let mut schema = json!({ "type": "number" });
                if *least > f64::MIN {
                    put(&mut schema, "minimum", json!(least));
                    put(&mut schema, "maximum", json!(most));
                }
                schema
            }
            Kind::List { of, least, most } => {
                let mut schema = json!({ "type": "array", "items": of.schema(), "maxItems": most });
                if *least > 0 {
                    put(&mut schema, "minItems", json!(least));
                }
                schema
            }
            Kind::Map { of, key, never, most } => {
                let mut schema = json!({
                    "type": "object", "additionalProperties": of.schema(), "maxProperties": most,
                });
                let mut names = json!({});
                if let Some(key) = key {
                    put(&mut names, "pattern", json!(key.text));
                }
                if let Some(never) = never {
                    put(&mut names, "not", json!({ "pattern": never.text }));
                }
                if key.is_some() || never.is_some() {
                    put(&mut schema, "propertyNames", names);
                }
                schema
            }
            Kind::Object(object) => object.schema(),
            Kind::Named(name) => json!({ "$ref": format!("#/components/schemas/{name}") }),
            Kind::Either(shapes) => {
                json!({ "anyOf": shapes.iter().map(Shape::schema).collect::<Vec<_>>() })
            }
        };
        if self.is_nullable {
            schema = nullable(schema);
        }
        for (name, value) in [("default", &self.default), ("example", &self.example)] {
            if let Some(value) = value {
                let value = if name == "example" { json!([value]) } else { value.clone() };
                put(&mut schema, if name == "example" { "examples" } else { name }, value);
            }
        }
        if !self.says.is_empty() {
            put(&mut schema, "description", json!(self.says));
        }
        schema
    }
}

impl Object {
    fn schema(&self) -> Value {
        let properties: Map<String, Value> = self
            .members
            .iter()
            .map(|member| (member.name.to_owned(), member.shape.schema()))
            .collect();
        let required: Vec<&str> = self
            .members
            .iter()
            .filter(|member| member.is_required)
            .map(|member| member.name)
            .collect();
        let mut schema = json!({ "type": "object", "properties": properties });
        if !required.is_empty() {
            put(&mut schema, "required", json!(required));
        }
        if !self.is_open {
            put(&mut schema, "additionalProperties", json!(false));
        }
        if !self.any_of.is_empty() {
            let one = |name: &&str| {
                let member = self.members.iter().find(|member| member.name == *name);
                let said = match member.map(|member| &member.shape.kind) {
                    Some(Kind::Map { .. } | Kind::Object(_) | Kind::Either(_)) => {
                        json!({ "type": "object", "minProperties": 1 })
                    }
                    _ => json!({ "not": { "type": "null" } }),
                };
                json!({ "required": [name], "properties": { *name: said } })
            };
            let of = if self.is_one { "oneOf" } else { "anyOf" };
            put(&mut schema, of, self.any_of.iter().map(one).collect());
        }
        if !self.needs.is_empty() {
            let one = |(member, value, needed): &(&str, &str, &str)| {
                let is_it =
                    json!({ "required": [member], "properties": { *member: { "const": value } } });
                json!({ "if": is_it, "then": { "required": [needed] } })
            };
            put(&mut schema, "allOf", self.needs.iter().map(one).collect());
        }
        schema
    }
}

fn put(schema: &mut Value, name: &str, value: Value) {
    if let Some(members) = schema.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

fn nullable(mut schema: Value) -> Value {
    if schema.get("$ref").is_some() || schema.get("anyOf").is_some() {
        return json!({ "anyOf": [schema, { "type": "null" }] });
    }
    if let Some(kind) = schema.get("type").cloned() {
        put(&mut schema, "type", json!([kind, "null"]));
    }
    if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        words.push(Value::Null);
    }
    schema
}
