using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace Ledger.LoadTests.Reporting;

/// <summary>A plot as SVG, readable on white and without a script.</summary>
internal static class SvgPlot
{
    public const double Width = 900;
    public const double Height = 480;

    /// <summary>The library measures texts with this font's widths, and viewers that have none like it take a similar one: wider ones would be cut off.</summary>
    private const string Font = "Arial, Helvetica, Liberation Sans, sans-serif";

    private static readonly OxyColor[] Colours = [OxyColors.SteelBlue, OxyColors.DarkOrange, OxyColors.SeaGreen, OxyColors.Firebrick, OxyColors.MediumPurple, OxyColors.DimGray];

    public static string Draw(Plot plot)
    {
        var model = Model(plot);
        using var stream = new MemoryStream();
        var exporter = new SvgExporter { Width = Width, Height = Height, UseVerticalTextAlignmentWorkaround = true };
        exporter.Export(model, stream);
        stream.Position = 0;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    public static PlotModel Model(Plot plot)
    {
        var model = new PlotModel { Title = plot.Title, Background = OxyColors.White, DefaultFont = Font, TitleFontSize = 16, TitleFontWeight = FontWeights.Normal };
        model.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, Title = plot.Across, Minimum = 0, MajorGridlineStyle = LineStyle.Solid, MajorGridlineColor = OxyColors.LightGray, StringFormat = "#,0.##", AxisTitleDistance = TitleDistance });
        model.Axes.Add(Upright(plot));
        model.Legends.Add(new Legend
        {
            LegendPosition = LegendPosition.BottomCenter,
            LegendPlacement = LegendPlacement.Outside,
            LegendOrientation = LegendOrientation.Horizontal,
            LegendItemSpacing = 40,
            LegendMargin = 16,
        });
        for (var index = 0; index < plot.Lines.Count; index++)
        {
            var line = plot.Lines[index];
            var series = new LineSeries { Title = line.Name, Color = Colours[index % Colours.Length], StrokeThickness = 2 };
            if (line.Points.Count <= MarkersMax) (series.MarkerType, series.MarkerSize, series.MarkerFill) = (MarkerType.Circle, 3, series.Color);
            series.Points.AddRange(line.Points.Where(point => !plot.IsLogarithmic || point.Y > 0).Select(static point => new DataPoint(point.X, point.Y)));
            model.Series.Add(series);
        }

        return model;
    }

    private const double TitleDistance = 12;

    /// <summary>Lines with more points are drawn without a mark at each.</summary>
    private const int MarkersMax = 40;

    private static Axis Upright(Plot plot)
    {
        Axis axis = plot.IsLogarithmic ? new LogarithmicAxis { Base = 10 } : new LinearAxis { Minimum = 0, StringFormat = "#,0.##" };
        axis.Position = AxisPosition.Left;
        axis.Title = plot.Upright;
        axis.MajorGridlineStyle = LineStyle.Solid;
        axis.MajorGridlineColor = OxyColors.LightGray;
        axis.AxisTitleDistance = TitleDistance;
        return axis;
    }
}
