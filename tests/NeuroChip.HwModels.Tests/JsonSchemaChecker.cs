using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace NeuroChip.HwModels.Tests;

/// <summary>
/// Checks YAML against the part of JSON Schema that chip.schema.json uses: type, properties, additionalProperties, required, enum, pattern, items, anyOf, $ref.
/// A keyword it does not know is refused, so that the schema cannot outgrow the check.
/// </summary>
internal static class JsonSchemaChecker
{
    private static readonly HashSet<string> Known =
        ["$schema", "$defs", "title", "description", "type", "properties", "additionalProperties", "required", "enum", "pattern", "items", "anyOf", "$ref"];

    /// <summary>What is wrong, a line each; empty if all is well.</summary>
    public static List<string> Check(JsonObject root, YamlNode node)
    {
        var wrong = new List<string>();
        Check(root, root, node, "$", wrong);
        return wrong;
    }

    private static void Check(JsonObject root, JsonObject schema, YamlNode node, string path, List<string> wrong)
    {
        foreach (var (keyword, _) in schema)
            if (!Known.Contains(keyword)) throw new NotSupportedException($"the checker does not know '{keyword}'");
        if (schema["$ref"] is { } reference)
            Check(root, root["$defs"]![((string)reference!)["#/$defs/".Length..]]!.AsObject(), node, path, wrong);
        if (schema["type"] is { } type && (string)type! != TypeOf(node)) wrong.Add($"{path}: {TypeOf(node)} instead of {type}");
        if (schema["enum"] is JsonArray choices && !(TypeOf(node) == "string" && choices.Any(c => (string)c! == node.ToString()))) wrong.Add($"{path}: {node} is not one of {choices.ToJsonString()}");
        if (schema["pattern"] is { } pattern && node is YamlScalarNode && !Regex.IsMatch(node.ToString(), (string)pattern!, RegexOptions.ECMAScript)) wrong.Add($"{path}: '{node}' does not match {pattern}");
        if (schema["items"] is JsonObject items && node is YamlSequenceNode list)
            foreach (var item in list) Check(root, items, item, path + "[]", wrong);
        if (schema["anyOf"] is JsonArray options && !options.Any(o => Passes(root, o!.AsObject(), node))) wrong.Add($"{path}: none of anyOf holds");
        if (node is not YamlMappingNode map) return;
        foreach (var needed in schema["required"] as JsonArray ?? [])
            if (!map.Children.ContainsKey(new YamlScalarNode((string)needed!))) wrong.Add($"{path}: '{needed}' is missing");
        foreach (var (key, value) in map.Children)
        {
            var at = $"{path}.{key}";
            if (schema["properties"]?[key.ToString()] is JsonObject property) Check(root, property, value, at, wrong);
            else if (schema["additionalProperties"] is JsonObject other) Check(root, other, value, at, wrong);
            else if (schema["additionalProperties"] is JsonValue) wrong.Add($"{at}: no such field");
        }
    }

    private static bool Passes(JsonObject root, JsonObject schema, YamlNode node)
    {
        var wrong = new List<string>();
        Check(root, schema, node, "", wrong);
        return wrong.Count == 0;
    }

    /// <summary>JSON type of a node by the core schema of YAML: a quoted scalar is a string, a plain one what it looks like.</summary>
    private static string TypeOf(YamlNode node) => node switch
    {
        YamlMappingNode => "object",
        YamlSequenceNode => "array",
        YamlScalarNode { Style: ScalarStyle.Plain } s when s.Value is "true" or "false" => "boolean",
        YamlScalarNode { Style: ScalarStyle.Plain } s when Regex.IsMatch(s.Value!, @"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$") => "number",
        _ => "string",
    };
}
