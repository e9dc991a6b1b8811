using Ledger.Contracts.V1;
using Ledger.Testing;

namespace Ledger.Api.Tests;

/// <summary>The words that all surfaces share. The French is the offer's and is kept to the letter.</summary>
public class WordingTests
{
    [Theory]
    [InlineData(MessageCodes.PaymentAccepted, "Encaissement accepté")]
    [InlineData(MessageCodes.TransactionValidated, "la transaction est validée")]
    [InlineData(MessageCodes.OutcomeUnknown, "Résultat en cours de vérification, ne recommencez pas")]
    [Rule("R026")]
    [Rule("R079")]
    public void Results_are_announced_to_the_letter(string code, string french) => Assert.Equal(french, Wording.OfMessage(code, Language.French));

    [Theory]
    [InlineData(LabelCodes.Other, "Autre")]
    [InlineData(LabelCodes.Cancel, "Annuler")]
    [InlineData(LabelCodes.Refund, "Rembourser")]
    [Rule("R074")]
    public void The_menu_s_path_to_cancel_and_refund_is_labelled_to_the_letter(string code, string french) => Assert.Equal(french, Wording.OfLabel(code, Language.French));

    [Theory]
    [InlineData(LabelCodes.Cards, "Cartes")]
    [InlineData(LabelCodes.Oppose, "Faire opposition")]
    [InlineData(LabelCodes.Renew, "Renouveler")]
    [Rule("R185")]
    public void The_path_to_an_opposition_is_labelled_to_the_letter(string code, string french) => Assert.Equal(french, Wording.OfLabel(code, Language.French));

    /// <summary>Words of screens that are not built yet: the rules they belong to are met there.</summary>
    [Theory]
    [InlineData(LabelCodes.History, "Historique")]
    [InlineData(LabelCodes.EnlargeKeyboard, "Agrandir")]
    [InlineData(LabelCodes.ReduceKeyboard, "Réduire")]
    [InlineData(LabelCodes.AudioKeyboard, "activer le clavier sonore")]
    [InlineData(LabelCodes.ChangeSecretCode, "Modifier son code secret")]
    [InlineData(LabelCodes.Contact, "Nous contacter")]
    [InlineData(LabelCodes.Help, "Aide")]
    public void The_other_labels_of_the_offer_are_kept_to_the_letter(string code, string french) => Assert.Equal(french, Wording.OfLabel(code, Language.French));

    [Fact]
    public void Every_message_and_label_has_words_of_its_own_in_both_languages()
    {
        foreach (var code in CodesOf(typeof(MessageCodes))) Assert.NotEqual(Wording.OfMessage(code, Language.English), Wording.OfMessage(code, Language.French));
        foreach (var code in CodesOf(typeof(LabelCodes))) Assert.NotEqual(Wording.OfLabel(code, Language.English), Wording.OfLabel(code, Language.French));

        Assert.Equal("Payment accepted", Wording.OfMessage(MessageCodes.PaymentAccepted, Language.English));
    }

    private static IEnumerable<string> CodesOf(Type codes) => codes.GetFields().Select(static field => (string)field.GetRawConstantValue()!);
}
