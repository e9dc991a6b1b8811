namespace Ledger.Contracts.V1;

/// <summary>Labels that every surface shows alike, by stable codes: append, never rename. Their words are in <see cref="Wording"/>; the French is the offer's, to the letter.</summary>
public static class LabelCodes
{
    /// <summary>« Autre », which opens <see cref="Cancel"/> and <see cref="Refund"/> (R074).</summary>
    public const string Other = "menu.other";

    /// <summary>« Annuler »: a payment of today (R070).</summary>
    public const string Cancel = "menu.cancel";

    /// <summary>« Rembourser »: a payment of an earlier day (R071).</summary>
    public const string Refund = "menu.refund";

    /// <summary>« Historique »: the last transactions (R089).</summary>
    public const string History = "menu.history";

    /// <summary>« Cartes », which opens <see cref="Oppose"/> and <see cref="Renew"/> (R185).</summary>
    public const string Cards = "menu.cards";

    /// <summary>« Faire opposition »: immediate and definitive (R186).</summary>
    public const string Oppose = "card.oppose";

    /// <summary>« Renouveler »: another token takes over (R187).</summary>
    public const string Renew = "card.renew";

    /// <summary>« Nous contacter » (R181).</summary>
    public const string Contact = "menu.contact";

    /// <summary>« Aide » (R181).</summary>
    public const string Help = "menu.help";

    /// <summary>« Agrandir »: the keyboard on the screen becomes large (R162).</summary>
    public const string EnlargeKeyboard = "keyboard.enlarge";

    /// <summary>« Réduire »: and as it was (R162).</summary>
    public const string ReduceKeyboard = "keyboard.reduce";

    /// <summary>« activer le clavier sonore » (R164).</summary>
    public const string AudioKeyboard = "keyboard.audio";

    /// <summary>« Modifier son code secret » (R153).</summary>
    public const string ChangeSecretCode = "secretCode.change";
}
