using System.Globalization;
using System.Text.Json.Nodes;
using Hone.Data.Registration;
using Hone.Text.Templates;

namespace Shop;

/// <summary>
/// An example of a plug-in: build it, then
/// <c>./hone sft --external_plugins examples/plugin/bin/Release/net10.0/ShopPlugin.dll --model shop-model --dataset sums#200 orders</c>.
/// </summary>
public sealed class ShopPlugin : IHonePlugin
{
    private const int Rows = 500;

    /// <inheritdoc/>
    public void Register(IRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Add(NamedTemplates.FromFields("shop", ["shop_chat"], "the example of a plug-in", new JsonObject
        {
            ["is"] = "chatml",
            ["default_system"] = "You work in a shop.",
        }));
        registry.Add(new RegisteredDataset("sums") { Rows = Sums });
        registry.Add(new RegisteredDataset("orders") { Files = ["examples/plugin/orders.csv"], Convert = Order });
        registry.Add(new RegisteredModel("shop-model", "models/hone-tiny") { Template = "shop", TargetModules = ["q_proj", "v_proj"] });
    }

    /// <summary>Rows that no file holds. They must be the same each time, so that a run can go on.</summary>
    private static IEnumerable<JsonObject> Sums()
    {
        for (var i = 0; i < Rows; i++)
        {
            var (a, b) = (i % 37, i * 7 % 41);
            yield return new JsonObject
            {
                ["query"] = string.Create(CultureInfo.InvariantCulture, $"What is {a} + {b}?"),
                ["response"] = string.Create(CultureInfo.InvariantCulture, $"{a} + {b} = {a + b}."),
            };
        }
    }

    /// <summary>A row of a form that Hone does not know becomes one that it knows.</summary>
    private static JsonObject Order(JsonObject row) => new()
    {
        ["query"] = $"How many {row["goods"]} did {row["customer"]} order?",
        ["response"] = $"{row["customer"]} ordered {row["count"]} {row["goods"]}.",
    };
}
