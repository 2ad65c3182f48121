namespace Handlers.Quotas;

/// <summary>
/// The accounts by provider and name: a hash table whose chains run through the accounts themselves. Look-ups take no lock, and an entry costs a reference
/// and its share of the buckets, a third of what a general dictionary asks; at a million accounts that decides.
/// </summary>
internal sealed class AccountTable
{
    private readonly Lock _lock = new();
    private QuotaAccount?[] _buckets = new QuotaAccount?[16];
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>The account, or null.</summary>
    public QuotaAccount? Find(string provider, string name)
    {
        int hash = HashOf(provider, name);
        QuotaAccount?[] buckets = Volatile.Read(ref _buckets);

        // A resize under way moves accounts to other chains: what is met there is compared like any other, and a miss is asked again under the lock.
        for (QuotaAccount? account = Volatile.Read(ref buckets[hash & (buckets.Length - 1)]); account is not null; account = account.NextInTable)
        {
            if (account.Hash == hash && account.Name == name && account.Provider == provider)
            {
                return account;
            }
        }

        return null;
    }

    public QuotaAccount FindOrAdd(QuotaLedger ledger, string provider, string name)
    {
        if (Find(provider, name) is { } known)
        {
            return known;
        }

        lock (_lock)
        {
            if (Find(provider, name) is { } found)
            {
                return found;
            }

            if (_count >= _buckets.Length)
            {
                Resize();
            }

            var account = new QuotaAccount(ledger, provider, name, HashOf(provider, name));
            ref QuotaAccount? bucket = ref _buckets[account.Hash & (_buckets.Length - 1)];
            account.NextInTable = bucket;
            Volatile.Write(ref bucket, account);
            _count++;
            return account;
        }
    }

    /// <summary>All accounts at this moment.</summary>
    public QuotaAccount[] ToArray()
    {
        lock (_lock)
        {
            var all = new QuotaAccount[_count];
            int next = 0;
            foreach (QuotaAccount? bucket in _buckets)
            {
                for (QuotaAccount? account = bucket; account is not null; account = account.NextInTable)
                {
                    all[next++] = account;
                }
            }

            return all;
        }
    }

    /// <summary>Takes out those that <paramref name="isGone"/> says are gone.</summary>
    public void RemoveAll(Predicate<QuotaAccount> isGone)
    {
        lock (_lock)
        {
            for (int i = 0; i < _buckets.Length; i++)
            {
                QuotaAccount? kept = null;
                for (QuotaAccount? account = _buckets[i]; account is not null; account = account.NextInTable)
                {
                    if (!isGone(account))
                    {
                        kept = account;
                        continue;
                    }

                    _count--;
                    if (kept is null)
                    {
                        Volatile.Write(ref _buckets[i], account.NextInTable);
                    }
                    else
                    {
                        kept.NextInTable = account.NextInTable;
                    }
                }
            }
        }
    }

    private static int HashOf(string provider, string name) => HashCode.Combine(provider, name);

    private void Resize()
    {
        var buckets = new QuotaAccount?[_buckets.Length * 2];
        foreach (QuotaAccount? bucket in _buckets)
        {
            for (QuotaAccount? account = bucket; account is not null;)
            {
                QuotaAccount? next = account.NextInTable;
                ref QuotaAccount? head = ref buckets[account.Hash & (buckets.Length - 1)];
                account.NextInTable = head;
                head = account;
                account = next;
            }
        }

        Volatile.Write(ref _buckets, buckets);
    }
}
