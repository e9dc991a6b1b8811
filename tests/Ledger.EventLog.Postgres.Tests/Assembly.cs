[assembly: AssemblyFixture(typeof(Ledger.Postgres.Fixture.PostgresFixture))]
