using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Fitting;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.Jem.Tests.ModelFile;
using Microsoft.ML.Jem.Tests.Ood;
using Microsoft.ML.Jem.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Fitting;

public sealed class ModelCalibrationTests : TorchTest
{
    private const string Combination = "Energy MaxProbability HiddenNeighbor ReferenceDensity";

    [Theory]
    [InlineData("Energy")]
    [InlineData(Combination)]
    public void Each_member_gets_witnesses_curves_and_a_table_of_its_own_rows(string names)
    {
        using var fixture = new WitnessFixture();
        JemModelSettings settings = Calibrate(fixture, names, [(Rows(0, 200), Rows(200, 100)), (Rows(100, 200), Rows(0, 100))]).Settings;

        Assert.Null(settings.SharedTable);
        Assert.Equal(200, settings.CalibrationRowCount);
        Assert.All(settings.Members, member =>
        {
            Assert.Equal(names.Split(' '), member.Witnesses.Select(witness => witness.Kind.Name));
            Assert.Equal(member.Witnesses.Count, member.Calibration!.Curves.Count);
            Assert.Equal(100, member.Calibration.Table!.Count);
        });
        Assert.InRange(settings.Temperature, 0.05f, 20f);
        Assert.True(JemGraphReader.ReadSettings(JemGraph.Write(settings, [fixture.Writer, fixture.Writer])).IsCalibrated);
    }

    [Fact]
    public void A_validation_set_gives_all_members_one_table()
    {
        using var fixture = new WitnessFixture();
        TrainingRows validation = Rows(200, 100);
        JemModelSettings settings = Calibrate(fixture, Combination, [(Rows(0, 200), validation), (Rows(0, 200), validation)]).Settings;

        Assert.Equal(100, settings.SharedTable!.Count);
        Assert.Equal(100, settings.CalibrationRowCount);
        Assert.All(settings.Members, member => Assert.Null(member.Calibration!.Table));
    }

    [Fact]
    public void A_witness_alone_counts_once_whatever_its_weight_in_a_combination()
    {
        using var fixture = new WitnessFixture();
        TrainingRows heldOut = Rows(200, 100);
        float[] energies = Array.ConvertAll(fixture.Statistic(new Jem.Ood.Energy(), fixture.Rows.narrow(0, 200, 100)), value => (float)value);

        SurpriseCurve alone = Calibrate(fixture, "Energy", [(Rows(0, 200), heldOut)]).Settings.Members[0].Calibration!.Curves[0];
        SurpriseCurve combined = Calibrate(fixture, Combination, [(Rows(0, 200), heldOut)]).Settings.Members[0].Calibration!.Curves[0];

        float typical = energies.Order().ElementAt(50);
        Assert.Equal(SurpriseCurve.Fit(energies).Of(typical), alone.Of(typical), 1e-3f);
        Assert.Equal(2 * alone.Of(typical), combined.Of(typical), 1e-3f);
    }

    [Fact]
    public void At_most_1024_rows_per_member_are_kept_each_a_trifle_higher_than_its_score()
    {
        using var fixture = new WitnessFixture();
        TrainingRows many = Rows(0, 300).Subset([.. Enumerable.Range(0, 1500).Select(row => row % 300)]);
        MemberSettings member = Calibrate(fixture, "Energy", [(Rows(0, 200), many)]).Settings.Members[0];

        Assert.Equal(1024, member.Calibration!.Table!.Count);
        double[] energies = fixture.Statistic(member.Witnesses[0]);
        float highest = energies.Max(energy => member.Calibration.Curves[0].Of((float)energy));
        Assert.InRange(member.Calibration.Table.Descending[0] - highest, 0, 0.5);
    }

    private static ModelCalibration Calibrate(WitnessFixture fixture, string names, (TrainingRows Train, TrainingRows HeldOut)[] parts)
    {
        JemModelSettings settings = JemModels.Plain(4, 3) with { Members = [] };
        TrainedNetwork[] members =
        [
            .. parts.Select(_ => new TrainedNetwork(fixture.Network, fixture.Module, settings.Standardization, CPU, 3, [])),
        ];
        WitnessKind[] kinds = Array.ConvertAll(names.Split(' '), name => Witnesses.Find(name)!);
        Witness[][] witnesses = [.. members.Select((member, m) => ModelCalibration.FitWitnesses(kinds, member, parts[m].Train, seed: 1 + m))];
        return ModelCalibration.Of(settings, witnesses, members, parts);
    }

    private static TrainingRows Rows(int first, int count)
    {
        var all = new TrainingRows(new DenseFeatureMatrix(Near.Floats(WitnessFixture.RowsOf(4)), 300, 4), WitnessFixture.Labels, null, 3);
        return all.Subset([.. Enumerable.Range(first, count)]);
    }
}
