use super::*;

fn wrong(shape: &Shape, value: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    shape.check(value, "", &mut wrong);
    wrong.into_iter().map(|field| format!("{}: {}", field.name, field.words)).collect()
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let shape = object(vec![
        has("name", text_of(1, 5)),
        may("age", whole(0, 150).or_null()),
        may("tags", list(like("^[a-z]+$", 9)).most(2)),
        may("at", moment()),
        may("facts", map(any()).keys("^person\\.", "^person\\.id")),
        may("stage", word(&["lead", "prospect"])),
    ]);
    for (value, expected) in [
        (json!({ "name": "Ann", "age": null, "tags": ["a"], "at": "2026-01-02T03:04:05Z" }), ""),
        (json!({ "name": "Ann", "age": 7.0, "facts": { "person.x": 1 } }), ""),
        (json!([]), ": this is a list; an object is wanted"),
        (json!({}), "/name: it is missing; a text is wanted"),
        (json!({ "name": "" }), "/name: it is empty"),
        (json!({ "name": "Ann", "ago": 7 }), "/ago: there is no member ago; did you mean age?"),
        (json!({ "name": "Ann", "age": 7.5 }), "/age: a whole number from 0 to 150 is wanted"),
        (json!({ "name": "Ann", "age": "7" }), "/age: this is a text; a whole number"),
        (json!({ "name": "Ann", "tags": ["a", "B"] }), "/tags/1: \"B\" is not written like this"),
        (json!({ "name": "Ann", "tags": ["a", " "] }), "/tags/1: it is empty"),
        (json!({ "name": "Ann", "tags": ["a", "b", "c"] }), "/tags: 3 at once"),
        (json!({ "name": "Ann", "at": "soon" }), "/at: this is a text; a moment like"),
        (json!({ "name": "Ann", "facts": { "a/b": 1 } }), "/facts/a~1b: a/b is no name"),
        (json!({ "name": "Ann", "facts": { "person.id.x": 1 } }), "/facts/person.id.x"),
        (json!({ "name": "Ann", "stage": "laed" }), "/stage: there is no laed; did you mean lead?"),
    ] {
        let found = wrong(&shape, &value);
        match expected {
            "" => assert!(found.is_empty(), "{value}: {found:?}"),
            _ => assert!(found.len() == 1 && found[0].starts_with(expected), "{value}: {found:?}"),
        }
    }
}

#[test]
fn of_several_shapes_one_has_to_fit() {
    let shape = either(vec![list(whole(0, 9)), object(vec![has("all", list(whole(0, 9)))])]);
    assert!(wrong(&shape, &json!([1])).is_empty());
    assert!(wrong(&shape, &json!({ "all": [1] })).is_empty());
    assert_eq!(wrong(&shape, &json!({ "all": [10] })).len(), 1);
    assert!(wrong(&shape, &json!({ "all": [10] }))[0].starts_with("/all/0"));
    assert!(wrong(&shape, &json!(7))[0].contains("a list is wanted"));
}

#[test]
fn one_of_several_members_has_to_say_something() {
    let shape = object(vec![may("email", text().or_null()), may("ids", map(text()))])
        .any_of(&["email", "ids"]);
    for (value, is_right) in [
        (json!({ "email": "a" }), true),
        (json!({ "ids": { "a": "b" } }), true),
        (json!({ "email": null }), false),
        (json!({ "email": null, "ids": {} }), false),
        (json!({}), false),
    ] {
        assert_eq!(wrong(&shape, &value).is_empty(), is_right, "{value}");
    }
    let alone =
        object(vec![may("email", text()), may("phone", text())]).one_of(&["email", "phone"]);
    assert!(wrong(&alone, &json!({ "phone": "a" })).is_empty());
    assert!(wrong(&alone, &json!({ "email": "a", "phone": "b" }))[0].contains("say one alone"));
}

#[test]
fn what_one_member_says_may_want_another() {
    let shape = object(vec![has("type", text()), may("currency", text())])
        .needs("type", &[("money", "currency")]);
    for value in [json!({ "type": "date" }), json!({ "type": "money", "currency": "EUR" })] {
        assert!(wrong(&shape, &value).is_empty(), "{value}");
    }
    let refused = wrong(&shape, &json!({ "type": "money" }));
    assert!(
        refused[0].starts_with("/currency") && refused[0].contains("where type is money"),
        "{refused:?}"
    );
}

#[test]
fn an_address_says_values_of_their_kind() {
    assert_eq!(whole(1, 9).read("7"), Ok(json!(7)));
    assert!(whole(1, 9).read("seven").is_err());
    assert_eq!(list(text()).read("a,b"), Ok(json!(["a", "b"])));
    assert_eq!(list(text()).read(""), Ok(json!([])));
    assert_eq!(text().read("true"), Ok(json!("true")));
    assert_eq!(truth().read("true"), Ok(json!(true)));
}
